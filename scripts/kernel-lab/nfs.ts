import type { Guest } from './guest.ts';
import { until } from './until.ts';

export interface NodeSetup {
  /** Name to address, for /etc/hosts of the node. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** Seconds of the lock manager's grace period, default 10; the kernel's own default is 50. */
  readonly nlmGrace?: number;
  /** Seconds of nfsd's NFSv4 grace period, default 10 (also the least); the kernel's own default is 90. */
  readonly v4Grace?: number;
  /** Start rpc.statd, default true; `told`: one that writes down what it is told (statdWasTold). */
  readonly statd?: boolean | 'told';
}

/** Brings up what every NFSv3 node has: lockd's module, rpcbind, and rpc.statd that notifies nobody by itself. */
export async function prepareNode(guest: Guest, setup: NodeSetup = {}): Promise<void> {
  const hosts = Object.entries(setup.hosts ?? {}).map(([name, address]) => `${address} ${name}`);
  await guest.sh(`set -e
    printf '%s\\n' '127.0.0.1 localhost' '::1 localhost' ${hosts.map((line) => `'${line}'`).join(' ')} >/etc/hosts
    modprobe -qa lockd nfsd || : # built in, then
    sysctl -qw fs.nfs.nlm_grace_period=${setup.nlmGrace ?? 10} fs.nfs.nlm_tcpport=4045 fs.nfs.nlm_udpport=4045
    mount -t nfsd nfsd /proc/fs/nfsd
    echo ${setup.v4Grace ?? 10} >/proc/fs/nfsd/nfsv4leasetime
    echo ${setup.v4Grace ?? 10} >/proc/fs/nfsd/nfsv4gracetime
    pidof rpcbind >/dev/null || rpcbind -w
    ${setup.statd === false ? '' : `pidof rpc.statd >/dev/null || ${statdCommand(setup.statd === 'told')}`}
  `);
}

const STATD_LOG = '/run/statd.log';

function statdCommand(writesDown: boolean): string {
  const command = 'rpc.statd --no-notify -p 4000 -o 4001';
  if (!writesDown) return command;
  return `{ setsid ${command} -F -d </dev/null >${STATD_LOG} 2>&1 & ${STATD_ANSWERS}; }`;
}

/** A null call to the node's own rpc.statd, over UDP as SM_NOTIFY comes, until it is answered. */
const STATD_ANSWERS =
  'n=0; until rpcinfo -n 4000 -u 127.0.0.1 100024 1 >/dev/null 2>&1; do n=$((n+1)); [ $n -lt 60 ]; sleep 1; done';

/** A node's first packets to others, and its status monitor's first answer, are not to be those of what is tried. */
export async function reachesAll(guest: Guest, others: readonly Guest[], statd: boolean): Promise<void> {
  const calls = others.map(({ ip }) => `rpcinfo -T udp ${ip} 100000 2`);
  await guest.sh(
    `set -e
    for n in $(seq 20); do ! { ${calls.join(' && ')}; } >/dev/null 2>&1 || exit 0; done
    echo "${guest.name} reaches not all of ${others.map(({ name }) => name).join(' ')}" >&2; exit 1`,
    { timeout: 300_000 },
  );
  if (statd) await guest.sh(`set -e; ${STATD_ANSWERS}`, { timeout: 180_000 });
}

/**
 * The NSM state numbers in the SM_NOTIFYs that a node's rpc.statd was sent, in the order in which they came: with `statd:
 * 'told'`, and once it has read all that waited in its socket.
 */
export async function statdWasTold(guest: Guest): Promise<number[]> {
  const log = await guest.sh(`set -e; ${STATD_ANSWERS}; cat ${STATD_LOG}`, { timeout: 180_000 });
  // utils/statd/notify.c sm_notify_1_svc()
  return [...log.matchAll(/Received SM_NOTIFY from \S+, state: (\d+)/g)].map(([, number]) => Number(number));
}

/** Mounts a service's disk. */
export async function mountShare(guest: Guest, device: string, directory: string): Promise<void> {
  await guest.sh(`mkdir -p ${directory} && mount -t ext4 ${device} ${directory}`);
}

/** Starts nfsd with NFSv3, and NFSv4 where asked for, and mountd. */
export async function startNfsd(guest: Guest, threads = 4, v4 = false): Promise<void> {
  const four = v4 ? '-V 4' : '-N 4';
  await guest.sh(`set -e
    rpc.nfsd ${four} -V 3 ${threads}
    pidof rpc.mountd >/dev/null || rpc.mountd ${v4 ? '' : four} -p 4002
  `);
}

/** Exports a directory to everybody under a file system number that is the same on all nodes. */
export async function exportDirectory(guest: Guest, directory: string, fsid: number): Promise<void> {
  await guest.sh(`exportfs -i -o rw,sync,no_root_squash,no_subtree_check,fsid=${fsid} '*:${directory}'`);
}

/** Takes a floating address and tells the neighbours. */
export async function addAddress(guest: Guest, address: string): Promise<void> {
  await guest.sh(
    `ip addr add ${address} dev vec0 && arping -q -U -c 2 -w 1 -I vec0 ${address.replace(/\/.*/, '')} || :`,
  );
}

/** Mounts `source` (host:/path) by NFSv3 with real locks. */
export async function mountNfs(
  guest: Guest,
  source: string,
  directory: string,
  options = 'proto=tcp,mountproto=tcp',
): Promise<void> {
  await guest.sh(
    `mkdir -p ${directory} && mount -t nfs -o vers=3,hard,lock,${options} ${source} ${directory}`,
    { timeout: 180_000 },
  );
}

export interface Grace {
  /** True while lockd's own grace runs; null when lockd is down. */
  readonly nlm: boolean | null;
  /** True while nfsd's NFSv4 grace runs; null when nfsd is down. */
  readonly v4: boolean | null;
}

/** Both managers' grace as the node's kernel tells it. */
export async function readGrace(guest: Guest): Promise<Grace> {
  const text = await guest.sh(
    'for f in lockd/nlm_end_grace nfsd/v4_end_grace nfsd/threads; do cat /proc/fs/$f 2>/dev/null || echo -; done',
  );
  // the kernel ends its answer with a NUL
  const [nlm, v4, threads = '-'] = text.split('\n');
  const on = (line = '-') => (line.includes('-') ? null : line.includes('N'));
  // an nfsd that never ran says that its grace is on
  return { nlm: on(nlm), v4: Number(threads) > 0 ? on(v4) : null };
}

/** Ends both grace periods and waits until they are over. */
export async function endGrace(guest: Guest): Promise<void> {
  await until(
    async () => {
      const grace = await readGrace(guest);
      if (grace.nlm !== true && grace.v4 !== true) return true;
      await guest.sh(
        'for f in lockd/nlm_end_grace nfsd/v4_end_grace; do echo Y >/proc/fs/$f 2>/dev/null || :; done',
      );
      return false;
    },
    { what: `grace ended on ${guest.name}`, timeout: 60_000 },
  );
}
