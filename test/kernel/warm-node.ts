import { join } from 'node:path';
import { build } from 'esbuild';
import type { GraceStatus } from '../../lib/node/kernel-grace.ts';
import type { GraceWay } from '../../lib/recover/open-grace-kernel.ts';
import { type Guest, type KernelLab, until } from '../../scripts/kernel-lab/index.ts';
import { heldLocks, type LockAnswer, LockProcess } from '../../scripts/kernel-lab/locks.ts';
import * as nfs from '../../scripts/kernel-lab/nfs.ts';
import { PROJECT } from '../../scripts/kernel-lab/project.ts';

export interface Setting {
  /** Have the other services of the node clients to be spared? */
  readonly neighbours: boolean;
  /** nfsdcld runs on the node. */
  readonly nfsdcld?: boolean;
  /** NFSv4 is served beside NFSv3. */
  readonly v4?: boolean;
  /** The node itself mounts by NFSv3, so that lockd outlives nfsd. */
  readonly mounts?: boolean;
}

export interface Outcome {
  readonly way: GraceWay;
  /** Was the library about to drop the neighbours' locks? */
  readonly dropped: boolean;
  readonly grace: GraceStatus;
  /** The neighbour's locks right after grace was opened: 1 or 0. */
  readonly neighbours: number;
  /** Milliseconds from the death of the first node to the lock on this one; null: lost. */
  readonly reclaimed: number | null;
  /** What competitors for the adopted and for the neighbour's lock were told, at the end of grace. */
  readonly adoptedAfter: LockAnswer;
  readonly neighbourAfter: LockAnswer;
}

const HOSTS = {
  ...{ sa: '10.77.0.1', sb: '10.77.0.2', c1: '10.77.0.11', c2: '10.77.0.12' },
  ...{ vipa: '10.77.0.100', vipb: '10.77.0.101' },
};

/** The library's grace functions as one program, which a node runs with its own Node.js. */
async function graceProgram(): Promise<string> {
  const outfile = join(PROJECT, '.tap-build', 'guest-grace.cjs');
  const entry = join(PROJECT, 'test', 'kernel', 'guest-grace.ts');
  await build({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    target: 'node18',
    outfile,
    logLevel: 'error',
  });
  return outfile;
}

async function serve(
  guest: Guest,
  device: string,
  directory: string,
  fsid: number,
  vip: string,
): Promise<void> {
  await nfs.mountShare(guest, device, directory);
  await nfs.exportDirectory(guest, directory, fsid);
  await nfs.addAddress(guest, `${vip}/24`);
}

/**
 * Service `a` moves, by hand, from sb, which is killed, to sa, which has served `b` for so long that its grace is over.
 * The library opens grace there; sm-notify then tells a's clients from a directory that came with the disk.
 */
export async function adoptOnWarmNode(lab: KernelLab, setting: Setting): Promise<Outcome> {
  const program = await graceProgram();
  const [diskA, diskB] = [await lab.sharedDisk(), await lab.sharedDisk()];
  const disks = [diskA, diskB];
  const [sa, sb, c1, c2] = await Promise.all([
    lab.boot('sa', { ip: '10.77.0.1/24', mem: 256, disks }),
    lab.boot('sb', { ip: '10.77.0.2/24', disks }),
    lab.boot('c1', { ip: '10.77.0.11/24' }),
    lab.boot('c2', { ip: '10.77.0.12/24' }),
  ]);
  await Promise.all(
    [sa, sb, c1, c2].map((each) => nfs.prepareNode(each, { hosts: HOSTS, nlmGrace: 20, v4Grace: 20 })),
  );
  if (setting.nfsdcld) {
    await sa.sh(
      'mkdir -p /run/rpc_pipefs /var/lib/nfs/nfsdcld && mount -t rpc_pipefs pipes /run/rpc_pipefs && nfsdcld',
    );
  }
  await nfs.startNfsd(sa, 4, setting.v4 ?? false);
  await nfs.startNfsd(sb);
  await serve(sb, '/dev/ubdb', '/srv/a', 71, HOSTS.vipa);
  await serve(sa, '/dev/ubdc', '/srv/b', 72, HOSTS.vipb);
  await Promise.all([nfs.endGrace(sa), nfs.endGrace(sb)]);
  for (const client of [c1, c2]) {
    await nfs.mountNfs(client, 'vipa:/srv/a', '/mnt/a');
    await nfs.mountNfs(client, 'vipb:/srv/b', '/mnt/b');
  }
  if (setting.mounts) await nfs.mountNfs(sa, 'vipb:/srv/b', '/mnt/own');
  const [ofA, ofB, rivalA, rivalB] = [c1, c2, c2, c1].map((each) => LockProcess.start(each)) as [
    ...[LockProcess, LockProcess, LockProcess, LockProcess],
  ];
  const [a, b] = [{ file: '/mnt/a/data' }, { file: '/mnt/b/data' }];
  if (!(await ofA.lock(a)).ok || !(await ofB.lock(b)).ok) throw new Error('the first locks were refused');
  await sb.sh(
    'mkdir -p /srv/a/.nsm/sm.bak && cp -a /var/lib/nfs/sm /var/lib/nfs/state /srv/a/.nsm && chown -R statd /srv/a/.nsm && sync',
  );

  const event = Date.now();
  await sb.kill();
  await nfs.mountShare(sa, '/dev/ubdb', '/srv/a');
  await nfs.exportDirectory(sa, '/srv/a', 71);
  const opened = JSON.parse(
    await sa.sh(`${process.execPath} ${program} open ${setting.neighbours ? 'neighbours' : ''}`, {
      timeout: 60_000,
    }),
  ) as Pick<Outcome, 'way' | 'dropped' | 'grace'>;
  const neighbours = (await heldLocks(sa, '/srv/b')).length;
  await nfs.addAddress(sa, `${HOSTS.vipa}/24`);
  await sa.sh(`sm-notify -d -f -v ${HOSTS.vipa} -P /srv/a/.nsm`);
  const reclaimed = await until(async () => (await heldLocks(sa, '/srv/a')).length === 1, {
    what: "the adopted service's lock",
    timeout: 10_000,
  }).then(
    () => Date.now() - event,
    () => null,
  );
  const [adoptedAfter, neighbourAfter] = await Promise.all([rivalA.lock(a), rivalB.lock(b)]);
  return { ...opened, neighbours, reclaimed, adoptedAfter, neighbourAfter };
}
