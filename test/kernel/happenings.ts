import { type Guest, until } from '../../scripts/kernel-lab/index.ts';
import { heldLocks, LockProcess } from '../../scripts/kernel-lab/locks.ts';
import { type Happening, recorded } from './fate.ts';
import { KEPT, mountPoint, type Scene } from './scene.ts';

/** What happens to the first server, or to service `a` on it; each says where the services have to be then. */

export const primaryKilled: Happening = async ({ servers: [sa, sb] }) => {
  await sa.kill();
  return { a: sb };
};

/** Alive and writing, but nobody hears it; fenced when the cluster has noticed. */
export const primaryCutOff: Happening = async ({ servers: [sa, sb] }) => {
  await sa.cutOff();
  return { a: sb };
};

export const standby: Happening = async ({ servers: [sa, sb], cluster }) => {
  await cluster.standby(sa);
  return { a: sb };
};

export const moved: Happening = async ({ servers: [, sb] }) => {
  await sb.sh('crm_resource --move --resource a --node sb');
  return { a: sb };
};

export const cleanShutdown: Happening = async ({ servers: [sa, sb], cluster }) => {
  await cluster.leave(sa);
  await sa.kill();
  return { a: sb };
};

/** Restarts one resource, and what depends on it. */
export const restarted =
  (resource: string): Happening =>
  async ({ servers: [sa] }) => {
    await sa.sh(`crm resource restart ${resource}`, { timeout: 180_000 });
    return { a: sa };
  };

/** The second server, which serves `a`, dies; the first one has served `b` for so long that its grace is over. */
export const neighbourArrives: Happening = async ({ servers: [sa, sb] }) => {
  await sb.kill();
  return { a: sa, b: sa };
};

/** The first server, which serves both services, dies. */
export const bothArrive: Happening = async ({ servers: [sa, sb] }) => {
  await sa.kill();
  return { a: sb, b: sb };
};

/** The adoptive node dies while clients reclaim from it; the first one has rebooted meanwhile. */
export const adoptiveDies: Happening = async (scene) => {
  const { servers, rejoin } = scene;
  const [sa, sb] = servers;
  await sa.kill();
  await Promise.all([lockIsOn(scene, sb), rejoin(sa)]);
  await sb.kill();
  return { a: sa };
};

/** The service goes to and fro three times, each time to a node that has been rebooted. */
export const toAndFro: Happening = async (scene) => {
  const [sa, sb] = scene.servers;
  for (const [from, to] of [
    [sa, sb],
    [sb, sa],
    [sa, sb],
  ] as const) {
    await from.kill();
    await lockIsOn(scene, to);
    await scene.served(scene.services[0] as Scene['services'][number], to);
    await scene.rejoin(from);
  }
  return { a: sb };
};

/** Where the lock of the client that is not frozen begins. */
const THAWED = 500;

/** The primary dies, and the first client's status monitor hears nothing; a third client's does. */
export const clientFrozen: Happening = async (scene) => {
  const { clients, services } = scene;
  const [frozen, , third] = clients as [Guest, Guest, Guest];
  await LockProcess.start(third).lock({ file: `${mountPoint(KEPT)}/data`, start: THAWED });
  for (const service of services) await recorded(scene, service, third);
  await frozen.sh('pkill -STOP -x rpc.statd');
  return primaryKilled(scene);
};

/** What became of the clients, after clientFrozen. */
export async function afterFrozen({ servers: [, sb], services: [service] }: Scene): Promise<unknown> {
  const { services } = JSON.parse(await sb.sh('lockferry status --json || :')) as {
    services: { clients: { missed: number; back: number } }[];
  };
  const held = await heldLocks(sb, service?.directory ?? '');
  const { missed = null, back = null } = services[0]?.clients ?? {};
  return { missed, back, third: held.some(({ start }) => start === THAWED) };
}

/** Waits until the first service's first lock is on a server. */
async function lockIsOn({ services: [service] }: Scene, server: Guest): Promise<void> {
  const { directory = '', shares: [share] = [] } = service ?? {};
  await until(async () => (await heldLocks(server, directory)).some(({ start }) => start === share?.fsid), {
    what: `the lock on ${server.name}`,
    timeout: 120_000,
    every: 500,
  });
}
