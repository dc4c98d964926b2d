import { ByHand } from '../../scripts/kernel-lab/by-hand.ts';
import { Cluster, putAgents } from '../../scripts/kernel-lab/cluster.ts';
import { type Guest, type KernelLab, until } from '../../scripts/kernel-lab/index.ts';
import { installLockferry } from '../../scripts/kernel-lab/install.ts';
import * as nfs from '../../scripts/kernel-lab/nfs.ts';
import { inBatches } from './batches.ts';
import { exportOf, lastOf, type NfsService, type Protection, type Share, serviceGroup } from './service.ts';

/** What a scenario starts from. */
export interface Setting {
  readonly protect: Protection;
  /** Default: one, with a share that nfslock carries and one that it does not. */
  readonly services?: readonly NfsService[];
  /** Default 2. */
  readonly clients?: number;
  /** Who places the services: Pacemaker, the default, or the test. */
  readonly manager?: 'pacemaker' | 'hand';
  /** Has grace to run its full time after the event? Otherwise it is ended where all locks that can be back are. */
  readonly fullGrace?: boolean;
  /** Seconds of both grace periods, default 120. The kernel's own are 50 and 90. */
  readonly grace?: number;
  /** nfsd runs on both nodes from boot, and its grace period is over; otherwise the service's group starts it. */
  readonly warm?: boolean;
  /** The host that clients mount a share from, default its address. */
  readonly host?: (share: Share) => string;
  /** Names that the servers do not know. */
  readonly hidden?: readonly string[];
  /** A shell script, run on every node before NFS. */
  readonly prepare?: string;
  /** A shell script, run on every server before NFS. */
  readonly prepareServer?: string;
  /** Serve NFSv4 beside NFSv3, on warm nodes. */
  readonly v4?: boolean;
  /** A share that the first server mounts itself. */
  readonly mountedOnServer?: Share;
  /** Seconds that the cluster waits before it fences. */
  readonly fenceDelay?: number;
  /** IPv6 beside IPv4. */
  readonly ipv6?: boolean;
}

/** Two servers with Pacemaker whose services run at home, and clients that have mounted all of their shares. */
export interface Scene {
  /** The first one has the service, where there is one alone. */
  readonly servers: readonly [sa: Guest, sb: Guest];
  readonly clients: readonly Guest[];
  readonly services: readonly NfsService[];
  readonly cluster: Cluster;
  readonly fullGrace: boolean;
  /** Pulls a server's plug. */
  readonly kill: (server: Guest) => Promise<void>;
  /** Boots a server that is off, and lets it join the cluster. */
  readonly rejoin: (server: Guest) => Promise<void>;
  /** Waits until a service is wholly up on a server, where the cluster is to start it. */
  readonly served: (service: NfsService, server: Guest) => Promise<void>;
  /** Where a service is before anything happens. */
  readonly homeOf: (service: NfsService) => Guest;
  /** Makes a scene whose services are on this server now ready for something else to happen: all are at home again. */
  readonly again: (server: Guest) => Promise<void>;
}

export const KEPT: Share = { name: 'kept', vip: '10.77.0.100', fsid: 77, carried: true };
export const CONTROL: Share = { name: 'control', vip: '10.77.0.101', fsid: 78, carried: false };

export const SERVICE: NfsService = {
  ...{ id: 'a', device: '/dev/ubdb', directory: '/srv/a', home: 'sa' },
  shares: [KEPT, CONTROL],
};

/** Seconds that a node's clock may be behind the host's: one that stands still is more before long. */
const CLOCK_LAG = 5;

/** Where a client has mounted a share. */
export const mountPoint = ({ name }: Share) => `/mnt/${name}`;

/** Boots everything, and waits until it serves. */
export async function setScene(lab: KernelLab, setting: Setting): Promise<Scene> {
  const { protect, services = [SERVICE], warm = false, host = ({ vip }: Share) => vip } = setting;
  const install = await installLockferry(lab.room);
  const disks = await Promise.all(services.map(() => lab.sharedDisk()));
  const boot = (name: string, last: number, more: object) => {
    const ip6 = setting.ipv6 ? { ip6: `fd77::${last}/64` } : {};
    return lab.boot(name, { ip: `10.77.0.${last}/24`, ...ip6, ...more });
  };
  const server = { disks, mem: 384, install };
  const names = Array.from({ length: setting.clients ?? 2 }, (_, at) => `c${at + 1}`);
  const booting = [boot('sa', 1, server), boot('sb', 2, server)] as const;
  const clients = await inBatches(names, (name, at) => boot(name, 11 + at, { mem: 128 }));
  const [sa, sb] = await Promise.all(booting);
  const servers = [sa, sb] as const;
  const shares = services.flatMap((service) => service.shares);
  const hosts = {
    ...Object.fromEntries([...servers, ...clients].map(({ name, ip }) => [name, ip])),
    ...Object.fromEntries(shares.map(({ name, vip }) => [`nfs-${name}`, vip])),
  };
  const known = Object.entries(hosts).filter(([name]) => !setting.hidden?.includes(name));
  const periods = { nlmGrace: setting.grace ?? 120, v4Grace: setting.grace ?? 120 };
  // nfsserver starts rpc.statd itself, on the directory that it has moved to the shared disk
  const startedLater = protect.startsWith('stock') || services.some(({ ownStatd }) => ownStatd);
  const prepare = async (guest: Guest) => {
    const isServer = servers.includes(guest);
    await guest.sh(setting.prepare ?? ':');
    const statd = isServer ? !startedLater : 'told';
    await nfs.prepareNode(guest, { ...periods, hosts: isServer ? Object.fromEntries(known) : hosts, statd });
    if (!isServer) return;
    await guest.sh(setting.prepareServer ?? ':');
    await putAgents(guest);
    await guest.sh(`mkdir -p ${services.map(({ directory }) => directory).join(' ')}`);
    if (!warm) return;
    await nfs.startNfsd(guest, 4, setting.v4);
    await nfs.endGrace(guest);
  };
  for (const service of services) await makeExports(sa, service);
  await inBatches([...servers, ...clients], prepare);
  await Promise.all(servers.map((each) => nfs.reachesAll(each, clients, !startedLater)));
  const groups = services.map((service) => serviceGroup(service, protect, !warm));
  const byHand = setting.manager === 'hand' ? new ByHand(groups) : null;
  const cluster = byHand === null ? await Cluster.form(servers, groups, setting.fenceDelay) : null;
  const served = async (service: NfsService, on: Guest) => {
    await byHand?.place(service.id, on);
    await cluster?.started(lastOf(serviceGroup(service, protect, !warm)), on);
  };
  for (const service of services) await served(service, service.home === 'sa' ? sa : sb);
  await Promise.all(servers.map((each) => nfs.endGrace(each)));
  const mountAll = async (client: Guest) => {
    for (const share of shares) {
      const ip6 = share.vip.includes(':');
      const options = ip6 ? 'proto=tcp6,mountproto=tcp6' : 'proto=tcp,mountproto=tcp';
      const name = host(share);
      const source = `${name.includes(':') ? `[${name}]` : name}:${exportOf(serviceWith(services, share), share)}`;
      await nfs.mountNfs(client, source, mountPoint(share), options);
    }
  };
  await inBatches(clients, mountAll);
  const own = setting.mountedOnServer;
  if (own) await nfs.mountNfs(sa, `${own.vip}:${exportOf(serviceWith(services, own), own)}`, mountPoint(own));
  const rejoin = async (guest: Guest) => {
    await guest.boot();
    await prepare(guest);
    await nfs.reachesAll(guest, clients, !startedLater);
    await cluster?.join(guest);
    await until(async () => cluster === null || (await cluster.onlineNodes(guest)).length === 2, {
      what: `${guest.name} and the other server online`,
      timeout: 240_000,
      every: 500,
    });
  };
  const kill = async (server: Guest) => {
    byHand?.forget(server);
    await server.kill();
  };
  let order: Scene['servers'] = servers;
  const homeOf = ({ home }: NfsService) => order[home === 'sa' ? 0 : 1];
  const again = async (place: Guest) => {
    const other = place === sa ? sb : sa;
    order = [place, other];
    if (other.running) await cluster?.forgive(other, services[0]?.id ?? '');
    else {
      await other.reconnect();
      await rejoin(other);
      for (const service of services) await served(service, homeOf(service));
      await Promise.all(servers.map((each) => nfs.endGrace(each)));
    }
    for (const each of servers) {
      const lag = await each.clockLag();
      if (lag > CLOCK_LAG) throw new Error(`the clock of ${each.name} is ${lag} s behind the host's`);
    }
  };
  const parts = { clients, services, kill, rejoin, served, homeOf, again };
  return {
    ...parts,
    fullGrace: setting.fullGrace ?? false,
    get servers() {
      return order;
    },
    get cluster() {
      return cluster ?? noCluster();
    },
  };
}

function noCluster(): never {
  throw new Error('the services of this setting are placed by hand');
}

/** Directories to export on the service's disk, which no node has mounted yet. */
async function makeExports(server: Guest, service: NfsService): Promise<void> {
  const { device, directory, shares } = service;
  await nfs.mountShare(server, device, directory);
  await server.sh(
    `mkdir ${shares.map((share) => exportOf(service, share)).join(' ')} && umount ${directory}`,
  );
}

function serviceWith(services: readonly NfsService[], share: Share): NfsService {
  const found = services.find(({ shares }) => shares.includes(share));
  if (!found) throw new Error(`no service has the share ${share.name}`);
  return found;
}
