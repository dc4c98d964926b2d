import { Cluster } from '../../scripts/kernel-lab/cluster.ts';
import { type KernelLab, until } from '../../scripts/kernel-lab/index.ts';
import { heldLocks, type LockAnswer, LockProcess } from '../../scripts/kernel-lab/locks.ts';
import * as nfs from '../../scripts/kernel-lab/nfs.ts';
import { lastOf, type NfsService, type Protection, serviceGroup } from './service.ts';

export interface Outcome {
  /** Milliseconds from the event to the client's lock on the adoptive server; null: never seen there. */
  readonly reclaimed: number | null;
  /** Milliseconds from the event to the whole group up on the adoptive node. */
  readonly served: number;
  /** What a competitor was told that tried from the event on; held back by its kernel until grace ended. */
  readonly competitorDuring: LockAnswer;
  /** What a competitor was told that tried when everything was over. */
  readonly competitorAfter: LockAnswer;
  /** Does the client's kernel still list the lock as its own? */
  readonly believes: boolean;
  /** What the cluster says of itself in the end. */
  readonly log: string;
}

export interface Options {
  readonly protect: Protection;
  /** Seconds of both grace periods, default 50 as lockd's own. */
  readonly grace?: number;
  /** A DESTDIR tree with Lockferry in it. */
  readonly install?: string;
}

const HOSTS = { sa: '10.77.0.1', sb: '10.77.0.2', c1: '10.77.0.11', c2: '10.77.0.12', nfsvip: '10.77.0.100' };
const RANGE = { file: '/mnt/nfs/data', start: 10, length: 5 };

const SERVICE: NfsService = {
  id: 'a',
  device: '/dev/ubdb',
  directory: '/srv/share',
  vip: HOSTS.nfsvip,
  fsid: 77,
  home: 'sa',
};

/** Active/passive: the primary is killed, the other node adopts the service. */
export async function primaryKilled(lab: KernelLab, options: Options): Promise<Outcome> {
  const { protect, grace = 50, install } = options;
  const disk = await lab.sharedDisk();
  const server = { disks: [disk], mem: 384, ...(install === undefined ? {} : { install }) };
  const [sa, sb, c1, c2] = await Promise.all([
    lab.boot('sa', { ip: '10.77.0.1/24', ...server }),
    lab.boot('sb', { ip: '10.77.0.2/24', ...server }),
    lab.boot('c1', { ip: '10.77.0.11/24' }),
    lab.boot('c2', { ip: '10.77.0.12/24' }),
  ]);
  // nfsserver starts rpc.statd itself, on the directory that it has moved to the shared disk
  const statd = !protect.startsWith('stock');
  const setup = { hosts: HOSTS, nlmGrace: grace, v4Grace: grace };
  await Promise.all([sa, sb].map((each) => nfs.prepareNode(each, { ...setup, statd })));
  await Promise.all([c1, c2].map((each) => nfs.prepareNode(each, setup)));
  await sa.sh('mkdir -p /srv/share');
  await sb.sh('mkdir -p /srv/share');
  const group = serviceGroup(SERVICE, protect);
  const cluster = await Cluster.form([sa, sb], [group]);
  await cluster.started(lastOf(group), sa);
  await until(async () => (await cluster.onlineNodes(sa)).length === 2, {
    what: 'both online',
    timeout: 60_000,
    every: 1000,
  });
  await Promise.all([c1, c2].map((each) => nfs.mountNfs(each, `${HOSTS.nfsvip}:/srv/share`, '/mnt/nfs')));
  await nfs.endGrace(sa);
  const [owner, competitor, late] = [LockProcess.start(c1), LockProcess.start(c2), LockProcess.start(c2)];
  const first = await owner.lock(RANGE);
  if (!first.ok) throw new Error(`the first lock was refused: ${first.error}`);

  const event = Date.now();
  await sa.kill();
  const during = competitor.lock(RANGE);
  const seen = until(
    async () => (await heldLocks(sb, '/srv/share')).some(({ start }) => start === RANGE.start),
    {
      what: 'the lock on the adoptive server',
      timeout: 150_000,
      every: 200,
    },
  ).then(() => Date.now() - event);
  await cluster.started(lastOf(group), sb);
  const served = Date.now() - event;
  const competitorDuring = await during;
  // the competitor's own lock is a lock on the server, too
  const reclaimed = competitorDuring.ok ? null : await seen;
  if (competitorDuring.ok) await seen;
  await until(async () => Object.values(await nfs.readGrace(sb)).every((on) => on !== true), {
    what: 'the end of grace',
    timeout: 120_000,
  });
  return {
    reclaimed,
    served,
    competitorDuring,
    competitorAfter: await late.lock(RANGE),
    believes: (await heldLocks(c1, '/mnt/nfs')).some(({ start }) => start === RANGE.start),
    log: await sb.sh('crm_mon -1rf'),
  };
}
