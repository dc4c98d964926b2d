import { mkdir } from 'node:fs/promises';
import { bundleLockClient } from './client/bundle.ts';
import type { Cluster, ClusterOptions } from './cluster.ts';
import type { GaneshaOptions } from './ganesha-config.ts';
import type { Host } from './host.ts';
import { installLockferry } from './install.ts';
import { Lab, type LabOptions, type NodeOptions } from './lab.ts';
import { BUNDLE_FILE, HostLockClient } from './lock-client.ts';

/** The floating address of the service, and the name by which clients mount it. */
export const FLOATING = '10.77.0.100';
export const SERVER = 'nfs-vip';
/** The lock store's directory on the storage that all nodes share. */
export const LOCK_STORE = '/srv/shared/lockferry';
/** Where the storage is mounted whose mount is a resource of its own, and the lock store there. */
const MOUNTED = '/srv/mounted';
const MOUNTED_STORE = LOCK_STORE.replace('/srv/shared', MOUNTED);

export interface NfsServiceOptions extends LabOptions, ClusterOptions, GaneshaOptions {
  /** Whether the group has an nfslock; without it, it is the same service without Lockferry. */
  readonly lockferry: boolean;
  /** Parameters of nfslock besides `shared_dir`, `ip` and `names`. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** The lock store is on storage of its own that all nodes have mounted, and nfslock migrates. */
  readonly migrates?: boolean;
  /** Ganesha runs all the time on both nodes (`warm`), or is a member of the group (`resource`, unless told). */
  readonly ganesha?: 'warm' | 'resource';
  /** Seconds between two monitors of nfslock; 10 unless told. */
  readonly monitorInterval?: number;
}

/** An NFS service on a two-node cluster, and two client hosts that use it. */
export interface NfsService {
  readonly lab: Lab;
  readonly cluster: Cluster;
  readonly n1: Host;
  readonly n2: Host;
  readonly c1: HostLockClient;
  readonly c2: HostLockClient;
}

/** Builds the lab and the cluster; the service is configured by `crm` and runs on n1 when it returns. */
export async function buildNfsService(options: NfsServiceOptions): Promise<NfsService> {
  const lab = await Lab.create(options);
  try {
    const bundle = `${lab.repository}/${BUNDLE_FILE}`;
    const prepare = (root: string) =>
      options.lockferry ? installLockferry(lab.repository, root) : Promise.resolve();
    const node: NodeOptions = { ...options, ganesha: options.ganesha ?? 'resource', prepare };
    const [n1, n2, h1, h2] = await Promise.all([
      lab.addNode('n1', '10.77.0.1', node),
      lab.addNode('n2', '10.77.0.2', node),
      lab.addHost('c1', '10.77.0.11'),
      lab.addHost('c2', '10.77.0.12'),
      bundleLockClient(bundle),
    ]);
    await lab.addName(FLOATING, SERVER);
    await mkdir(lab.sharedPath('/lockferry'), { recursive: true });
    const [cluster, c1, c2] = await Promise.all([
      lab.formCluster([n1, n2], options),
      HostLockClient.start(h1),
      HostLockClient.start(h2),
    ]);
    await cluster.crm(['configure', 'load', 'update', '-'], { input: serviceConfiguration(options) });
    await cluster.waitForResource('address', n1, 60);
    return { lab, cluster, n1, n2, c1, c2 };
  } catch (error) {
    await lab.destroy();
    throw error;
  }
}

/** The group in crmsh's language: nfslock before the exports and the address, all by what each needs to start. */
export function serviceConfiguration(
  options: Pick<NfsServiceOptions, 'lockferry' | 'parameters' | 'ganesha' | 'migrates' | 'monitorInterval'>,
): string {
  const { migrates = false } = options;
  const store = migrates ? MOUNTED_STORE : LOCK_STORE;
  const parameters = { shared_dir: store, ip: FLOATING, names: SERVER, ...options.parameters };
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}="${value}"`);
  const members: string[] = [];
  const lines: string[] = [];
  if (options.lockferry) {
    members.push('locks');
    const migration = ' meta allow-migrate=true op migrate_to timeout=20s op migrate_from timeout=60s';
    lines.push(`primitive locks ocf:lockferry:nfslock params ${pairs.join(' ')}${migrates ? migration : ''} \\
  op start timeout=60s op stop timeout=20s op monitor interval=${options.monitorInterval ?? 10}s timeout=20s`);
  }
  if (options.ganesha !== 'warm') {
    members.push('ganesha');
    lines.push(`primitive ganesha ocf:lab:ganesha \\
  op start timeout=30s op stop timeout=30s op monitor interval=10s timeout=20s`);
  }
  members.push('address');
  lines.push(`primitive address ocf:heartbeat:IPaddr2 params ip=${FLOATING} cidr_netmask=32 arp_count=1 \\
  op start timeout=20s op stop timeout=20s op monitor interval=10s timeout=20s`);
  lines.push(`group nfs ${members.join(' ')}`);
  lines.push('location prefer-n1 nfs 50: n1');
  if (migrates) lines.push(SHARED_MOUNT);
  return `${lines.join('\n')}\n`;
}

/** Storage that every node mounts for itself; the group comes after it, and where it is. */
const SHARED_MOUNT = `primitive storage ocf:heartbeat:Filesystem \\
  params device=/srv/shared directory=${MOUNTED} fstype=none options=bind \\
  op start timeout=60s op stop timeout=60s op monitor interval=20s timeout=40s
clone storage-clone storage meta interleave=true
order storage-first Mandatory: storage-clone nfs
colocation nfs-with-storage inf: nfs storage-clone`;
