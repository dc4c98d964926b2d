import type { Group, Primitive } from '../../scripts/kernel-lab/cib.ts';

/** What carries the locks: nothing; the stock agents that lose them; the stock set-up that keeps them; Lockferry. */
export type Protection = 'none' | 'stock-pair' | 'stock' | 'lockferry';

/** One exported directory of a service, with an address of its own. */
export interface Share {
  /** Names its directory on the service's disk, and its mount point on the clients. */
  readonly name: string;
  readonly vip: string;
  readonly fsid: number;
  /** Is nfslock given its address? A share without is the control: the same in everything else. */
  readonly carried: boolean;
  /** Its address is the node's own: it is exported, and does not move. */
  readonly own?: boolean;
}

/** One HA NFS service of a scenario: a Pacemaker group. */
export interface NfsService {
  readonly id: string;
  readonly device: string;
  /** Where its disk is mounted. */
  readonly directory: string;
  readonly shares: readonly Share[];
  /** The node where it starts. */
  readonly home: string;
  /** What Lockferry's agent is given beside the obvious. */
  readonly nfslock?: Readonly<Record<string, string>>;
  /** What its exportfs agents are given beside the obvious. */
  readonly exportfs?: Readonly<Record<string, string>>;
  /** Its group starts rpc.statd before nfsd, and runs sm-notify once its addresses are up; else statd runs from boot. */
  readonly ownStatd?: boolean;
}

/** The directory that a share exports. */
export function exportOf({ directory }: NfsService, share: Share): string {
  return `${directory}/${share.name}`;
}

/**
 * The Pacemaker group that makes the service, in the order that its protection wants.
 * @param withNfsd whether the group starts nfsd; else it runs on the node already. The stock agent always starts it.
 */
export function serviceGroup(service: NfsService, protection: Protection, withNfsd: boolean): Group {
  const { id, device, directory, shares, home, ownStatd = false } = service;
  const primitive = (name: string, agent: string, params: Primitive['params']): Primitive => ({
    id: `${id}-${name}`,
    agent,
    params,
  });
  const fs = primitive('fs', 'ocf:heartbeat:Filesystem', { device, directory, fstype: 'ext4' });
  const addresses = shares
    .filter(({ own }) => !own)
    .map(({ name, vip }) =>
      primitive(`ip-${name}`, 'ocf:heartbeat:IPaddr2', {
        ip: vip,
        cidr_netmask: vip.includes(':') ? '64' : '24',
        nic: 'vec0',
      }),
    );
  const exported = shares.map((share) =>
    primitive(`export-${share.name}`, 'ocf:heartbeat:exportfs', {
      clientspec: '*',
      directory: exportOf(service, share),
      fsid: String(share.fsid),
      options: 'rw,sync,no_root_squash,no_subtree_check',
      ...service.exportfs,
    }),
  );
  const plain = [
    ...(ownStatd ? [primitive('statd', 'ocf:lab:statd', {})] : []),
    ...(withNfsd ? [primitive('nfsd', 'ocf:lab:nfsd', {})] : []),
  ];
  const tell = ownStatd
    ? shares.map(({ name, vip }) => primitive(`tell-${name}`, 'ocf:lab:sm-notify', { ip: vip }))
    : [];
  const vips = shares.map(({ vip }) => vip).join(' ');
  const nfsserver = (params: Primitive['params']) =>
    primitive('nfsserver', 'ocf:heartbeat:nfsserver', {
      nfs_init_script: '/usr/local/sbin/nfs-init',
      nfs_shared_infodir: `${directory}/.nfsinfo`,
      ...params,
    });
  const members: Record<Protection, () => Primitive[]> = {
    none: () => [fs, ...plain, ...exported, ...addresses, ...tell],
    'stock-pair': () => [
      fs,
      nfsserver({ nfs_no_notify: 'true' }),
      ...exported,
      ...addresses,
      primitive('notify', 'ocf:heartbeat:nfsnotify', { source_host: vips }),
    ],
    stock: () => [fs, ...addresses, nfsserver({ nfs_ip: vips }), ...exported],
    lockferry: () => [
      fs,
      { ...primitive('lock', 'ocf:lockferry:nfslock', nfslock(service)), monitor: 10 },
      ...plain,
      ...exported,
      ...addresses,
      ...tell,
    ],
  };
  return { id, members: members[protection](), prefers: home };
}

function nfslock(service: NfsService): Primitive['params'] {
  const carried = service.shares.filter(({ carried }) => carried);
  return {
    shared_dir: storeOf(service),
    ip: carried.map(({ vip }) => vip).join(' '),
    exports: carried.map((share) => exportOf(service, share)).join(' '),
    lock_manager: 'kernel',
    ...service.nfslock,
  };
}

/** The service's lock store. */
export function storeOf({ directory }: NfsService): string {
  return `${directory}/.lockferry`;
}

/** The last resource of a service to start. */
export function lastOf(group: Group): string {
  return group.members.at(-1)?.id ?? group.id;
}
