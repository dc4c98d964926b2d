import { mkdir } from 'node:fs/promises';
import type { Test } from 'tap';
import { bundleLockClient } from '../../scripts/lab/client/bundle.ts';
import { type Cluster, FLOATING, type Host, HostLockClient, Lab, SERVER } from '../../scripts/lab/index.ts';
import { installLockferry } from '../../scripts/lab/install.ts';
import { BUNDLE_FILE } from '../../scripts/lab/lock-client.ts';

/** What `lockferry doctor --json` says of one thing. */
interface Finding {
  readonly code: string;
  readonly service: string | null;
  readonly verdict: 'ok' | 'unknown' | 'warning' | 'bad';
  readonly evidence: string;
  readonly consequence: string | null;
  readonly cure: string | null;
  readonly took: number;
}

export interface Doctored {
  readonly lab: Lab;
  readonly cluster: Cluster;
  readonly n1: Host;
  readonly n2: Host;
  readonly c1: HostLockClient;
}

const LOOPS = ['mknod /dev/loop-control c 10 237', 'for i in $(seq 0 31); do mknod /dev/loop$i b 7 $i; done'];

/**
 * A cluster set up as README says: a disk that moves with the service, NFS-Ganesha, nfslock between them and the
 * address, the callout; and a resource that is stopped, for what can be wrong with one.
 */
const CONFIGURATION = `primitive disk ocf:heartbeat:Filesystem \\
  params device=/srv/shared/disk.ext4 directory=/srv/nfs fstype=ext4 options=loop \\
  op start timeout=60s op stop timeout=60s op monitor interval=120s timeout=40s
primitive locks ocf:lockferry:nfslock params shared_dir=/srv/nfs/.lockferry ip=${FLOATING} names=${SERVER} lock_manager=ganesha \\
  op start timeout=60s op stop timeout=20s op monitor interval=120s timeout=20s
primitive ganesha ocf:lab:ganesha op start timeout=30s op stop timeout=30s op monitor interval=120s timeout=20s
primitive address ocf:heartbeat:IPaddr2 params ip=${FLOATING} cidr_netmask=32 arp_count=1 \\
  op start timeout=20s op stop timeout=20s op monitor interval=120s timeout=20s
group nfs disk locks ganesha address
location prefer-n1 nfs 50: n1
`;

/** Builds it; the service runs on n1 when it returns. */
export async function doctoredCluster(t: Test): Promise<Doctored> {
  const lab = await Lab.create();
  t.teardown(() => lab.destroy());
  const prepare = (root: string) => installLockferry(lab.repository, root);
  const node = { ganesha: 'resource', grace: 8, lease: 2, prepare, services: ['rpcbind', 'dbus'] } as const;
  const [n1, n2, h1] = await Promise.all([
    lab.addNode('n1', '10.77.0.1', node),
    lab.addNode('n2', '10.77.0.2', node),
    lab.addHost('c1', '10.77.0.11'),
    bundleLockClient(`${lab.repository}/${BUNDLE_FILE}`),
  ]);
  await lab.addName(FLOATING, SERVER);
  for (const host of [n1, n2]) {
    await host.output(['sh', '-c', [...LOOPS, 'mkdir -p /srv/nfs'].join(' && ')]);
    await host.output(['lockferry', 'setup', 'callout', '--yes']);
    await host.service('start', 'statd');
  }
  await n1.output([
    'sh',
    '-c',
    'truncate -s 24M /srv/shared/disk.ext4 && mkfs.ext4 -q /srv/shared/disk.ext4',
  ]);
  await mkdir(lab.sharedPath('/wrong'), { recursive: true, mode: 0o700 });
  const [cluster, c1] = await Promise.all([lab.formCluster([n1, n2]), HostLockClient.start(h1)]);
  await cluster.crm(['configure', 'load', 'update', '-'], { input: CONFIGURATION });
  await cluster.waitForResource('address', n1, 60);
  return { lab, cluster, n1, n2, c1 };
}

/** What doctor finds on a node. @param options of Node.js */
export async function doctor(
  host: Host,
  ...options: string[]
): Promise<{ code: number; findings: Finding[] }> {
  const program = [process.execPath, ...options, '/usr/share/lockferry/lockferry.cjs', 'doctor', '--json'];
  const { code, stdout, stderr } = await host.run(program, { timeout: 60 });
  if (stdout === '') throw new Error(`doctor says nothing (${code}): ${stderr}`);
  return { code, findings: JSON.parse(stdout).findings };
}

/** What it complains about. */
export function complaints(findings: readonly Finding[]): string[] {
  return findings.filter(({ verdict }) => verdict !== 'ok').map(nameOf);
}

/** `service/check: verdict`, or `check: verdict` of what is not about a service. */
export function nameOf({ service, code, verdict }: Finding): string {
  return `${service === null ? '' : `${service}/`}${code}: ${verdict}`;
}
