import { type Guest, until } from '../../scripts/kernel-lab/index.ts';
import { heldLocks, type LockAnswer, LockProcess } from '../../scripts/kernel-lab/locks.ts';
import * as nfs from '../../scripts/kernel-lab/nfs.ts';
import type { Happening } from './fate.ts';
import { entryOf } from './ledger.ts';
import { mountPoint, type Scene } from './scene.ts';
import { type NfsService, storeOf } from './service.ts';

/** What happens to the first server, or to service `a` on it; each says where the services have to be then. */

export const primaryKilled: Happening = async ({ servers: [sa, sb], kill }) => {
  await kill(sa);
  return { a: sb };
};

/** Somebody has removed the lock store before, while the service ran. */
export const storeRemoved =
  (then: Happening): Happening =>
  async (scene, contested) => {
    const [sa] = scene.servers;
    const store = storeOf(scene.services[0] as NfsService);
    await sa.sh(`rm -r ${store}`);
    const what = `${store} to be written anew`;
    await until(async () => (await sa.sh(`ls ${store} 2>/dev/null || :`)) !== '', { what, timeout: 30_000 });
    return then(scene, contested);
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
  await sb.sh(`crm_resource --move --resource a --node ${sb.name}`);
  return { a: sb };
};

/**
 * The service moves while nfsd runs on, and somebody waits for the lock all the time: the server that it leaves must drop
 * the lock without giving it to who waits. @param before is done on that server at the last moment
 */
export const movedFromWarmNode =
  (before?: (server: Guest) => Promise<unknown>): Happening =>
  async ({ servers: [sa, sb], services, clients, served }) => {
    const [service] = services as [NfsService];
    const [share] = service.shares as [NfsService['shares'][number]];
    let answered: LockAnswer | undefined;
    const waiter = LockProcess.start(clients[1] as Guest);
    const range = { file: `${mountPoint(share)}/data`, start: share.fsid, length: 5 };
    const waiting = waiter.lockWait(range, 600_000).then(
      (answer) => {
        answered = answer;
      },
      () => undefined, // it is killed while it waits
    );
    await until(async () => (await sa.sh('cat /proc/locks')).includes('->'), {
      what: `a request that waits on ${sa.name}`,
      timeout: 60_000,
    });
    if (before !== undefined) await before(sa);
    await served(service, sb);
    const left = await sa.sh(lockdLocks);
    if (left !== '0') throw new Error(`${left} locks are left on ${sa.name}`);
    await lockIsOn({ services }, sb);
    if (answered)
      throw new Error(`who waited waits no more: ${answered.ok ? 'has the lock' : answered.error}`);
    await waiter.end();
    await waiting;
    return { a: sb };
  };

/** How many locks lockd has. */
const lockdLocks = 'grep -c " $(pgrep -x lockd) " /proc/locks || :';

/** Nobody has looked for it since. */
export const keeperKilled = (server: Guest) =>
  server.sh('kill -KILL "$(cat /run/lockferry/services/*/keeper.pid)"');

export const cleanShutdown: Happening = async ({ servers: [sa, sb], cluster, kill }) => {
  await cluster.leave(sa);
  await kill(sa);
  return { a: sb };
};

/** Restarts one resource, and what depends on it. */
export const restarted =
  (resource: string): Happening =>
  async ({ servers: [sa] }) => {
    await sa.sh(`crm resource restart ${resource}`, { timeout: 400_000 });
    return { a: sa };
  };

/**
 * nfslock alone is stopped, as a restart of it begins, and cannot be started there again, while nfsd runs on: the service has
 * to leave, and its locks with it.
 */
export const restartFails: Happening = async (scene) => {
  const [sa, sb] = scene.servers;
  const [service] = scene.services as [NfsService];
  const store = storeOf(service);
  await sa.sh('crm resource stop a-lock && crm_resource --wait', { timeout: 180_000 });
  // Here alone it cannot be written.
  await sa.sh(`mount --bind ${store} ${store} && mount -o remount,bind,ro ${store}`);
  await sa.sh('crm resource start a-lock');
  await scene.served(service, sb);
  await leftInPeace(scene);
  await sb.sh(`crm_resource --cleanup --resource a-lock --node ${sa.name}`);
  return { a: sb };
};

/**
 * nfslock alone is stopped, and then its group has to leave while nfsd runs on: the cluster stops no nfslock that is stopped
 * already.
 */
export const leavesWithoutNfslock: Happening = async (scene) => {
  const [sa, sb] = scene.servers;
  const [service] = scene.services as [NfsService];
  await sa.sh('crm resource stop a-lock && crm_resource --wait', { timeout: 180_000 });
  await scene.cluster.standby(sa);
  await scene.cluster.started('a-fs', sb);
  await sb.sh('crm resource start a-lock');
  await scene.served(service, sb);
  await leftInPeace(scene);
  return { a: sb };
};

/** @throws Error where the first server was fenced, or has locks left */
async function leftInPeace({ servers: [sa, sb] }: Scene): Promise<void> {
  if (!sa.running) {
    const log = await sb.sh(
      "crm_mon -1rf; grep -aE 'a-(fs|lock)|stonith|fence' /var/log/pacemaker.log | tail -n 80",
    );
    throw new Error(`${sa.name} was fenced: ${log}`);
  }
  const left = await sa.sh(lockdLocks);
  if (left !== '0') throw new Error(`${left} locks are left on ${sa.name}`);
}

/** The second server, which serves `a`, dies; the first one has served `b` for so long that its grace is over. */
export const neighbourArrives: Happening = async ({ servers: [sa, sb], kill }) => {
  await kill(sb);
  return { a: sa, b: sa };
};

/** The first server, which serves both services, dies. */
export const bothArrive: Happening = async ({ servers: [sa, sb], kill }) => {
  await kill(sa);
  return { a: sb, b: sb };
};

/** The adoptive node dies while clients reclaim from it; the first one has rebooted meanwhile. */
export const adoptiveDies: Happening = async (scene) => {
  const { servers, services, served, kill, rejoin } = scene;
  const [sa, sb] = servers;
  await kill(sa);
  await served(services[0] as NfsService, sb);
  await Promise.all([lockIsOn(scene, sb), rejoin(sa)]);
  await kill(sb);
  return { a: sa };
};

/** The service goes to and fro three times, each time to a node that has been rebooted, and is fought for each time. */
export const toAndFro: Happening = async (scene, contested) => {
  const { servers, services, clients, served, kill, rejoin } = scene;
  const [[sa, sb], [service], [owner]] = [servers, services as [NfsService], clients as [Guest]];
  let heard = await nfs.statdWasTold(owner);
  for (const [from, to] of [
    [sa, sb],
    [sb, sa],
    [sa, sb],
  ] as const) {
    await kill(from);
    await served(service, to);
    await lockIsOn(scene, to);
    const all = await nfs.statdWasTold(owner);
    const now = all.slice(heard.length);
    // A number that a client's status monitor has had before, it passes over.
    if (now.length === 0 || now.some((number) => heard.includes(number)))
      throw new Error(`${owner.name} was sent ${now}, and before ${heard}`);
    const number = (await entryOf(service, owner, to))?.number ?? 0;
    if (!now.includes(number)) throw new Error(`the ledger has ${number}, ${owner.name} was sent ${now}`);
    heard = all;
    await contested(to);
    await rejoin(from);
  }
  return { a: sb };
};

/** Has exportfs leave the locks alone from now on, where Pacemaker runs it. */
export async function exportfsReleasesNothing({ servers: [sa], cluster, services }: Scene): Promise<void> {
  const [{ id, shares }] = services as [NfsService];
  for (const { name } of shares) {
    await sa.sh(
      `crm_resource --resource ${id}-export-${name} --set-parameter unlock_on_stop --parameter-value 0`,
    );
  }
  await sa.sh('crm_resource --wait', { timeout: 180_000 });
  for (const { name } of shares) await cluster.started(`${id}-ip-${name}`, sa);
}

/** How nfslock took the service over last where it stayed at home, and whether anybody was told since. */
export async function sinceAdoption({ servers: [sa] }: Scene): Promise<unknown> {
  const lines = (await sa.sh('cat /run/lockferry/services/*/events.jsonl')).split('\n');
  const events = lines.map((line) => JSON.parse(line) as { event: string; inPlace?: boolean });
  const last = events.findLastIndex(({ event }) => event === 'adopted');
  return {
    inPlace: events[last]?.inPlace,
    told: events.slice(last).some(({ event }) => event === 'telling'),
  };
}

/** How often nfsd was started on the second server since it began to serve. */
export async function startsOfNfsd({ servers: [, sb] }: Scene): Promise<unknown> {
  return { starts: Number(await sb.sh("dmesg | grep -c 'NFSD: .*grace period' || :")) };
}

/** Waits until the first service's first lock is on a server. */
export async function lockIsOn(
  { services: [service] }: Pick<Scene, 'services'>,
  server: Guest,
  place?: number,
): Promise<void> {
  const { directory = '', shares: [share] = [] } = service ?? {};
  await until(
    async () => (await heldLocks(server, directory)).some(({ start }) => start === (place ?? share?.fsid)),
    {
      what: `the lock on ${server.name}`,
      timeout: 120_000,
      every: 500,
    },
  );
}
