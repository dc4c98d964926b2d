import { type KernelLab, until } from '../../scripts/kernel-lab/index.ts';
import { type HeldLock, heldLocks, LockProcess } from '../../scripts/kernel-lab/locks.ts';
import * as nfs from '../../scripts/kernel-lab/nfs.ts';
import { inBatches } from './batches.ts';
import { recorded } from './fate.ts';
import { KEPT, mountPoint, type Scene, SERVICE, setScene } from './scene.ts';
import type { Protection } from './service.ts';

export const CLIENTS = 20;
/** Of each client, on ranges of its own; and read locks on ranges that all of them share. */
export const OWN_LOCKS = 45;
export const SHARED_LOCKS = 5;
export const ALL_LOCKS = CLIENTS * (OWN_LOCKS + SHARED_LOCKS);

const FILE = `${mountPoint(KEPT)}/data`;
/** Each client's own ranges begin at a multiple of this; those that are shared, below the first of them. */
const APART = 1000;

export interface Crowd {
  /** Milliseconds from the event to the last lock on the server; null: some never came. */
  readonly reclaimed: number | null;
  /** Locks on the server. */
  readonly onServer: number;
  /** Ranges that clients believe to hold and the server does not have as often, and the other way round. */
  readonly disagreements: readonly string[];
  /** Ranges that the server has as somebody's alone, and more than once. */
  readonly heldTwice: readonly string[];
  /** Locks that a client got on a range that another one believes to hold alone. */
  readonly stolen: number;
}

const keyOf = ({ mode, start }: HeldLock) => `${mode} ${start}`;

const service = { ...SERVICE, shares: [KEPT] };

/** A server, and 20 clients that have mounted its share. */
export function setCrowd(lab: KernelLab, protect: Protection): Promise<Scene> {
  const setting = { protect, manager: 'hand', services: [service], clients: CLIENTS, grace: 90 } as const;
  return setScene(lab, setting);
}

/** The primary dies while 20 clients hold 1000 locks. */
export async function followCrowd(scene: Scene, protect: Protection): Promise<Crowd> {
  const { servers, clients } = scene;
  const [sa, sb] = servers;
  const processes = await inBatches(clients, async (client, at) => {
    const process = LockProcess.start(client);
    const { got } = await process.lockMany({ file: FILE, start: (at + 1) * APART }, OWN_LOCKS, 2);
    if (got !== OWN_LOCKS) throw new Error(`${client.name} got ${got} locks`);
    for (let shared = 0; shared < SHARED_LOCKS; shared += 1) {
      const { ok } = await process.lock({ file: FILE, start: shared * 2 }, 'read');
      if (!ok) throw new Error(`${client.name} did not get a shared lock`);
    }
    await recorded(scene, service, client);
    return process;
  });

  const event = Date.now();
  await scene.kill(sa);
  await scene.served(service, sb);
  const lookout = LockProcess.start(sb);
  const reclaimed = await until(
    async () => ((await lookout.held(service.directory)).length >= ALL_LOCKS ? Date.now() - event : false),
    { what: `${ALL_LOCKS} locks on ${sb.name}`, timeout: protect === 'none' ? 10_000 : 80_000, every: 300 },
  ).catch(() => null);
  await nfs.endGrace(sb);
  const server = await lookout.held(service.directory);
  const beliefs = (await inBatches(clients, (client) => heldLocks(client, mountPoint(KEPT)))).flat();
  const thefts = await inBatches(processes, async (process, at) => {
    const victim = ((at + 1) % CLIENTS) + 1;
    return (await process.lock({ file: FILE, start: victim * APART })).ok;
  });
  const [has, believed] = [counts(server.map(keyOf)), counts(beliefs.map(keyOf))];
  const keys = [...new Set([...has.keys(), ...believed.keys()])];
  return {
    reclaimed,
    onServer: server.length,
    disagreements: keys.filter((key) => has.get(key) !== believed.get(key)),
    heldTwice: [...has].flatMap(([key, times]) => (key.startsWith('WRITE') && times > 1 ? [key] : [])),
    stolen: thefts.filter(Boolean).length,
  };
}

function counts(keys: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const key of keys) found.set(key, (found.get(key) ?? 0) + 1);
  return found;
}
