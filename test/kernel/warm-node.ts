import { basename, join } from 'node:path';
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

/** Seconds after which a restart of the threads was given up for certain: 30, and for a slow node to begin. */
const PATIENCE = 45;

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

async function startNfsdcld(guest: Guest): Promise<void> {
  await guest.sh(
    'mkdir -p /run/rpc_pipefs /var/lib/nfs/nfsdcld && mount -t rpc_pipefs pipes /run/rpc_pipefs && nfsdcld',
  );
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
  if (setting.nfsdcld) await startNfsdcld(sa);
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

/**
 * One of nfsd's threads waits for its storage while grace is to be opened by a restart of the threads, for longer than that
 * may take. Resolves when they are back. @returns how many bytes the client that the thread worked for has written
 */
export async function openGraceWhileThreadWaits(lab: KernelLab): Promise<number> {
  const program = await graceProgram();
  const [server, client] = await Promise.all([
    lab.boot('sa', { ip: '10.77.0.1/24', mem: 256, disks: [await lab.sharedDisk()] }),
    lab.boot('c1', { ip: '10.77.0.11/24' }),
  ]);
  await Promise.all([server, client].map((each) => nfs.prepareNode(each, { hosts: HOSTS })));
  await startNfsdcld(server);
  await nfs.startNfsd(server, 4, true);
  await serve(server, '/dev/ubdb', '/srv/b', 72, HOSTS.vipb);
  await nfs.endGrace(server);
  await nfs.mountNfs(client, 'vipb:/srv/b', '/mnt/b');
  const apart = '</dev/null 2>&1 &';
  await server.sh('fsfreeze -f /srv/b');
  await client.sh(`setsid dd if=/dev/zero of=/mnt/b/data bs=4k count=1 conv=fsync >/dev/null ${apart}`);
  await until(async () => (await server.sh("ps -eo stat,comm | grep '^D.*nfsd' || :")) !== '', {
    what: 'a thread that waits',
    timeout: 60_000,
  });
  await server.sh(`setsid ${process.execPath} ${program} open >/dev/null ${apart}`);
  // What it asks the kernel after that waits as well, so that it says nothing by then.
  const age = `ps -eo etimes,args | awk '/${basename(program)}/ && !/awk/ { print $1 }'`;
  await until(async () => Number(await server.sh(age)) > PATIENCE, {
    what: 'the end of its patience',
    timeout: 120_000,
    every: 1000,
  });
  await server.sh('fsfreeze -u /srv/b');
  await until(async () => (await server.sh('cat /proc/fs/nfsd/threads')) === '4', {
    what: "nfsd's threads to be back",
    timeout: 60_000,
  });
  return Number(await client.sh('sync /mnt/b/data && stat -c %s /mnt/b/data', { timeout: 120_000 }));
}
