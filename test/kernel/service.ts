import type { Group, Primitive } from '../../scripts/kernel-lab/cib.ts';

/** What carries the locks: nothing; the stock agents that lose them; the stock set-up that keeps them; Lockferry. */
export type Protection = 'none' | 'stock-pair' | 'stock' | 'lockferry';

/** One HA NFS service of a scenario. */
export interface NfsService {
  readonly id: string;
  readonly device: string;
  readonly directory: string;
  readonly vip: string;
  readonly fsid: number;
  /** The node where it starts. */
  readonly home: string;
  /** What Lockferry's agent is given beside the obvious. */
  readonly nfslock?: Readonly<Record<string, string>>;
}

/** The Pacemaker group that makes the service, in the order that its protection wants. */
export function serviceGroup(service: NfsService, protection: Protection): Group {
  const { id, device, directory, vip, fsid, home } = service;
  const primitive = (name: string, agent: string, params: Primitive['params']): Primitive => ({
    id: `${id}-${name}`,
    agent,
    params,
  });
  const fs = primitive('fs', 'ocf:heartbeat:Filesystem', { device, directory, fstype: 'ext4' });
  const address = primitive('ip', 'ocf:heartbeat:IPaddr2', { ip: vip, cidr_netmask: '24', nic: 'vec0' });
  const exported = primitive('export', 'ocf:heartbeat:exportfs', {
    clientspec: '*',
    directory,
    fsid: String(fsid),
    options: 'rw,sync,no_root_squash,no_subtree_check',
  });
  const plain = primitive('nfsd', 'ocf:lab:nfsd', {});
  const nfsserver = (params: Primitive['params']) =>
    primitive('nfsserver', 'ocf:heartbeat:nfsserver', {
      nfs_init_script: '/usr/local/sbin/nfs-init',
      nfs_shared_infodir: `${directory}/.nfsinfo`,
      ...params,
    });
  const members: Record<Protection, () => Primitive[]> = {
    none: () => [fs, plain, exported, address],
    'stock-pair': () => [
      fs,
      nfsserver({ nfs_no_notify: 'true' }),
      exported,
      address,
      primitive('notify', 'ocf:heartbeat:nfsnotify', { source_host: vip }),
    ],
    stock: () => [fs, address, nfsserver({ nfs_ip: vip }), exported],
    lockferry: () => [
      fs,
      primitive('lock', 'ocf:lockferry:nfslock', {
        shared_dir: `${directory}/.lockferry`,
        ip: vip,
        exports: directory,
        lock_manager: 'kernel',
        ...service.nfslock,
      }),
      plain,
      exported,
      address,
    ],
  };
  return { id, members: members[protection](), prefers: home };
}

/** The last resource of a service to start. */
export function lastOf(group: Group): string {
  return group.members.at(-1)?.id ?? group.id;
}
