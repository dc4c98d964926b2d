import { setTimeout as delay } from 'node:timers/promises';
import { type Guest, type KernelLab, until } from '../../scripts/kernel-lab/index.ts';
import { heldLocks, LockProcess } from '../../scripts/kernel-lab/locks.ts';
import { KEPT, mountPoint, SERVICE, setScene } from './scene.ts';

const HOLDERS = 3;
const LOCKS_EACH = 200;
/** Milliseconds that the last client's status monitor is deaf after the others are back. */
const LATE = 8000;
const FILE = `${mountPoint(KEPT)}/data`;

export interface Settled {
  /** Milliseconds from the event to the last reclaim. */
  readonly reclaimed: number;
  /** Milliseconds from the last reclaim to a lock elsewhere that was asked for since the event. */
  readonly granted: number;
  /** Milliseconds from the event to that lock. */
  readonly stalled: number;
  /** What nfslock logged on the adoptive node. */
  readonly events: string;
  /** Locks of each holder, on the server and in its own belief, when it was over. */
  readonly held: readonly (readonly [server: number, client: number])[];
}

const placeOf = (holder: number) => ({ file: FILE, start: holder * 1000 });

/**
 * The primary dies while three clients hold 200 locks each; one of them is deaf until 8 s after the others are back. A
 * fourth asks for a lock on another file from the moment of the death.
 */
export async function settleWithLateClient(
  lab: KernelLab,
  graceEnd: 'full' | 'settled',
  grace: number,
): Promise<Settled> {
  const service = { ...SERVICE, shares: [KEPT], nfslock: { grace_end: graceEnd } };
  const setting = { protect: 'lockferry' as const, services: [service], clients: HOLDERS + 1, grace };
  const { servers, clients, served } = await setScene(lab, setting);
  const [sa, sb] = servers;
  const holders = clients.slice(0, HOLDERS);
  const [late, newcomer] = clients.slice(-2) as [Guest, Guest];
  for (const [at, holder] of holders.entries()) {
    const { got } = await LockProcess.start(holder).lockMany(placeOf(at), LOCKS_EACH, 2);
    if (got !== LOCKS_EACH) throw new Error(`${holder.name} got ${got} locks`);
    await until(
      async () => (await sa.run(['grep', '-rqw', holder.ip, `${service.directory}/.lockferry`])).code === 0,
      {
        what: `${holder.name} in the lock store`,
        timeout: 20_000,
      },
    );
  }
  const lookout = LockProcess.start(sb);

  const event = Date.now();
  await sa.kill();
  await late.sh('pkill -STOP -x rpc.statd');
  const asked = LockProcess.start(newcomer)
    .lock({ file: `${mountPoint(KEPT)}/other`, start: 9000 })
    .then((answer) => {
      if (!answer.ok) throw new Error(`the lock elsewhere was refused: ${answer.error}`);
      return Date.now();
    });
  const reached = (count: number) =>
    until(async () => ((await lookout.held(service.directory)).length >= count ? Date.now() : false), {
      what: `${count} locks on ${sb.name}`,
      timeout: 150_000,
    });
  await reached(LOCKS_EACH * (HOLDERS - 1));
  await delay(LATE);
  await late.sh('pkill -CONT -x rpc.statd');
  const last = await reached(LOCKS_EACH * HOLDERS);
  const granted = await asked;
  await served(service, sb);
  const onServer = await lookout.held(service.directory);
  const held = holders.map(async (holder, at): Promise<readonly [number, number]> => {
    const { start } = placeOf(at);
    const on = onServer.filter((lock) => lock.start >= start && lock.start < start + 1000).length;
    return [on, (await heldLocks(holder, mountPoint(KEPT))).length];
  });
  return {
    reclaimed: last - event,
    granted: granted - last,
    stalled: granted - event,
    events: await sb.sh('cat /run/lockferry/services/*/events.jsonl'),
    held: await Promise.all(held),
  };
}
