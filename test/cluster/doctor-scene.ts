import { mkdir } from 'node:fs/promises';
import type { Test } from 'tap';
import { bundleLockClient } from '../../scripts/lab/client/bundle.ts';
import { type Cluster, FLOATING, type Host, HostLockClient, Lab, SERVER } from '../../scripts/lab/index.ts';
import { installLockferry } from '../../scripts/lab/install.ts';
import { BUNDLE_FILE } from '../../scripts/lab/lock-client.ts';
import type { Finding } from '../support/findings.ts';

export interface Doctored {
  readonly lab: Lab;
  readonly cluster: Cluster;
  readonly n1: Host;
  readonly n2: Host;
  readonly c1: HostLockClient;
}

const LOOPS = ['mknod /dev/loop-control c 10 237', 'for i in $(seq 0 31); do mknod /dev/loop$i b 7 $i; done'];

/**
 * A cluster set up as README says: a disk that moves with the service, nfslock after it, NFS-Ganesha and the address.
 */
const CONFIGURATION = `primitive disk ocf:heartbeat:Filesystem \\
  params device=/srv/shared/disk.ext4 directory=/srv/nfs fstype=ext4 options=loop \\
  op start timeout=60s op stop timeout=60s op monitor interval=120s timeout=40s
primitive locks ocf:lockferry:nfslock params shared_dir=/srv/nfs/.lockferry ip=${FLOATING} names=${SERVER} \\
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
    await host.output(['lockferry', 'setup', '--yes']);
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

/** Resources that are never started: each but the first is wrong in one way. */
const STOPPED: readonly (readonly [
  name: string,
  parameters: string,
  more?: { operations?: string; early?: boolean },
])[] = [
  ['good', 'shared_dir=/srv/nfs/good'],
  ['late', 'shared_dir=/srv/nfs/late', { early: true }],
  [
    'hasty',
    'shared_dir=/srv/nfs/hasty',
    { operations: 'op start timeout=5s op stop timeout=20s op monitor interval=10s timeout=20s' },
  ],
  ['unwatched', 'shared_dir=/srv/nfs/unwatched', { operations: 'op start timeout=60s op stop timeout=20s' }],
  ['lonely', 'shared_dir=/srv/shared/lonely'],
  ['fleeting', 'shared_dir=/run/fleeting'],
  ['damaged', 'shared_dir=/srv/nfs/damaged'],
  ['mute', 'shared_dir=/srv/nfs/mute lock_manager=ganesha'],
];
const OPERATIONS = 'op start timeout=60s op stop timeout=20s op monitor interval=10s timeout=20s';

/** Puts them into the cluster's configuration. */
export async function addStopped({ cluster, lab }: Doctored): Promise<void> {
  const names = STOPPED.map(([name]) => name);
  const lines = STOPPED.flatMap(([name, parameters, { operations = OPERATIONS, early = false } = {}], at) => [
    `primitive ${name} ocf:lockferry:nfslock params ip=10.77.0.${200 + at} ${parameters} ${operations}`,
    `primitive ${name}-ip ocf:heartbeat:IPaddr2 params ip=10.77.0.${200 + at} cidr_netmask=32`,
    `group ${name}s ${early ? `${name}-ip ${name}` : `${name} ${name}-ip`} meta target-role=Stopped`,
    `order ${name}-after-disk Mandatory: disk ${name}`,
  ]);
  await Promise.all(names.map((name, at) => lab.addName(`10.77.0.${200 + at}`, `${name}-vip`)));
  await cluster.crm(['configure', 'load', 'update', '-'], { input: `${lines.join('\n')}\n` });
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
