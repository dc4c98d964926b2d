import type { Fate, Happening } from './fate.ts';
import { afterFrozen, clientFrozen } from './frozen.ts';
import * as happenings from './happenings.ts';
import * as nodeWide from './node-wide.ts';
import { CONTROL, KEPT, type Scene, SERVICE, type Setting } from './scene.ts';
import type { NfsService, Share } from './service.ts';

interface Look {
  readonly look: (scene: Scene) => Promise<unknown>;
  readonly wanted: object;
}

/** One scenario, run as it is; what it proves stands in the fates of the locks. */
export interface Row {
  readonly name: string;
  /** Also in a run that is not the full one. */
  readonly always?: boolean;
  /** Each run needs a lab of its own. */
  readonly fresh?: boolean;
  readonly setting: Omit<Setting, 'protect'> & Partial<Pick<Setting, 'protect'>>;
  /** What is done before any lock is taken. */
  readonly beforehand?: (scene: Scene) => Promise<void>;
  readonly happening: Happening;
  /** By share. */
  readonly wanted: Readonly<Record<string, Partial<Fate>>>;
  /** What is looked at when the locks are back and grace has its time yet, and has to be found. */
  readonly inGrace?: Look;
  /** The same when it is over. */
  readonly afterwards?: Look;
}

const REFUSED = { ok: false, error: 'EAGAIN' } as Fate['after'];
const KEEPS: Partial<Fate> = { taken: false, after: REFUSED, believes: true };
/** The owner is not even told. */
const LOSES: Partial<Fate> = { taken: true, reclaimed: null, believes: true };
const PAIR = { kept: KEEPS, control: LOSES };
/** Nothing was lost, so nobody has to be told, and nobody is. */
const PAIR_UNTOLD = { kept: KEEPS, control: KEEPS };

const ONE = { ...SERVICE, shares: [KEPT] };
/**
 * Only nfslock releases locks: exportfs would do it first. Where nobody does (unlock_on_stop=false here as well), lockd
 * keeps the locked file open, and Filesystem does not come to the end of its stop.
 */
const RELEASED_BY_NFSLOCK = { ...ONE, exportfs: { unlock_on_stop: '0' } };
/** sm-notify announces whatever lies in sm/ under each address: a share beside this one would be no control. */
const TOLD_BY_GROUP = { ...ONE, ownStatd: true, nfslock: { trigger: 'none' } };
const NEIGHBOUR: Share = { name: 'neighbour', vip: '10.77.0.102', fsid: 79, carried: true };
const OTHER: NfsService = {
  ...{ id: 'b', device: '/dev/ubdc', directory: '/srv/b', home: 'sa' },
  shares: [NEIGHBOUR],
};
const ACTIVE_ACTIVE = [{ ...SERVICE, home: 'sb' }, OTHER];
/** Exported by the node under its own address; no nfslock knows of it. */
const OWN: Share = { name: 'own', vip: '10.77.0.1', fsid: 80, carried: false, own: true };
const besideUnprotected = (trigger: string, service: NfsService = ONE): NfsService[] => [
  { ...service, home: 'sb', nfslock: { trigger } },
  { ...OTHER, shares: [NEIGHBOUR, OWN] },
];
const SETTLED = { ...ONE, nfslock: { grace_end: 'settled' } } as const;
/** Where nfsdcld runs and NFSv4 is served, no grace period can be had without a restart of lockd. */
const NO_V4_GRACE = {
  prepareServer:
    'mkdir -p /run/rpc_pipefs /var/lib/nfs/nfsdcld && mount -t rpc_pipefs pipes /run/rpc_pipefs && nfsdcld',
  v4: true,
} as const;
const HAND = { manager: 'hand' } as const;
const PACEMAKER = {};
/** Everybody is told, for all locks were dropped: of the other service, and of what nobody protects. */
const ALL_TOLD = { kept: KEEPS, neighbour: KEEPS, own: KEEPS };
const IPV6 = { ...KEPT, vip: 'fd77::100' };

const ONE_MISSED = {
  ...{ phase: 'missed', toldLast: true, inText: true, inJson: true },
  ...{ third: true, thirdToldAgain: true, numberInTheEnd: null },
};

export const ROWS: readonly Row[] = [
  {
    name: 'active/passive, primary killed',
    ...{ setting: PACEMAKER, happening: nodeWide.beside(happenings.primaryKilled), wanted: PAIR },
    inGrace: nodeWide.left,
  },
  {
    name: 'active/passive, primary killed, no cluster manager',
    always: true,
    ...{ setting: HAND, happening: happenings.primaryKilled, wanted: PAIR },
  },
  {
    name: 'the lock store was removed, then the primary killed',
    ...{ setting: HAND, happening: happenings.storeRemoved(happenings.primaryKilled), wanted: PAIR },
  },
  {
    name: 'active/active, adoptive node warm, lockd pinned',
    always: true,
    setting: { ...HAND, services: ACTIVE_ACTIVE, warm: true },
    happening: happenings.neighbourArrives,
    wanted: { ...PAIR, neighbour: { ...KEEPS, gaps: 0 } },
  },
  {
    name: 'nothing carries the locks, primary killed',
    setting: { protect: 'none', services: [ONE] },
    ...{ happening: happenings.primaryKilled, wanted: { kept: LOSES } },
  },
  {
    // as much for the cluster to start as the stock agents have
    name: 'nfslock, one address and no control, primary killed',
    setting: { services: [ONE] },
    ...{ happening: happenings.primaryKilled, wanted: { kept: KEEPS } },
  },
  {
    name: 'stock nfsserver and nfsnotify, primary killed',
    setting: { protect: 'stock-pair', services: [ONE] },
    ...{ happening: happenings.primaryKilled, wanted: { kept: LOSES } },
  },
  {
    name: 'stock nfsserver with nfs_shared_infodir and nfs_ip, primary killed',
    setting: { protect: 'stock', services: [ONE] },
    ...{ happening: happenings.primaryKilled, wanted: { kept: KEEPS } },
  },
  { name: 'standby of the primary', setting: PACEMAKER, happening: happenings.standby, wanted: PAIR },
  { name: 'crm_resource --move', setting: PACEMAKER, happening: happenings.moved, wanted: PAIR },
  {
    name: 'clean shutdown of the primary',
    setting: PACEMAKER,
    happening: happenings.cleanShutdown,
    wanted: PAIR,
  },
  {
    name: 'crm resource restart of nfsd',
    ...{ setting: PACEMAKER, happening: happenings.restarted('a-nfsd'), wanted: PAIR },
  },
  {
    name: 'moved from a node whose nfsd runs on, somebody waiting for the lock',
    setting: { ...HAND, services: [RELEASED_BY_NFSLOCK], warm: true },
    ...{ happening: happenings.movedFromWarmNode(), wanted: { kept: KEEPS } },
  },
  {
    name: 'moved from a node whose nfsd runs on and whose keeper has died, somebody waiting for the lock',
    setting: { ...HAND, services: [RELEASED_BY_NFSLOCK], warm: true },
    happening: happenings.movedFromWarmNode(happenings.keeperKilled),
    wanted: { kept: KEEPS },
  },
  {
    name: 'failover and failback, three times',
    ...{ setting: HAND, happening: happenings.toAndFro, wanted: PAIR },
  },
  {
    name: 'active/active, both services arrive together',
    setting: { ...HAND, services: [SERVICE, OTHER], warm: true },
    ...{ happening: happenings.bothArrive, wanted: { ...PAIR, neighbour: KEEPS } },
    afterwards: { look: happenings.startsOfNfsd, wanted: { starts: 2 } },
  },
  {
    name: 'active/active, both services arrive together, grace_end=settled',
    setting: { ...HAND, services: [SETTLED, { ...OTHER, nfslock: SETTLED.nfslock }], warm: true, grace: 90 },
    ...{ happening: happenings.bothArrive, wanted: { kept: KEEPS, neighbour: KEEPS } },
  },
  {
    name: 'a client is frozen past the end of grace',
    fresh: true,
    ...{ setting: { ...HAND, clients: 3, fullGrace: true, grace: 90 }, happening: clientFrozen },
    wanted: { kept: LOSES, control: LOSES },
    afterwards: { look: afterFrozen, wanted: ONE_MISSED },
  },
  {
    name: 'crm resource restart of nfslock and what depends on it',
    ...{ setting: PACEMAKER, happening: happenings.restarted('a-lock'), wanted: PAIR },
  },
  {
    name: 'crm resource restart of nfslock alone, nfsd running outside of the group, exportfs releases the locks',
    ...{ setting: { warm: true }, happening: happenings.restarted('a-lock'), wanted: PAIR },
    afterwards: { look: happenings.sinceAdoption, wanted: { inPlace: false, told: true } },
  },
  {
    name: 'crm resource restart of nfslock alone, nfsd running outside of the group',
    ...{ setting: { warm: true }, beforehand: happenings.exportfsReleasesNothing },
    ...{ happening: happenings.restarted('a-lock'), wanted: PAIR_UNTOLD },
    afterwards: { look: happenings.sinceAdoption, wanted: { inPlace: true, told: false } },
  },
  {
    name: 'nfslock alone stopped and not to be started there again, nfsd running outside of the group',
    setting: { services: [RELEASED_BY_NFSLOCK], warm: true },
    ...{ happening: happenings.restartFails, wanted: { kept: KEEPS } },
  },
  {
    name: 'nfslock alone stopped, then its group has to leave, nfsd running outside of the group',
    setting: { services: [RELEASED_BY_NFSLOCK], warm: true },
    ...{ happening: happenings.leavesWithoutNfslock, wanted: { kept: KEEPS } },
  },
  {
    name: 'primary cut off, fenced late',
    ...{ setting: { fenceDelay: 15 }, happening: happenings.primaryCutOff, wanted: PAIR },
  },
  {
    name: 'active/active, adoptive node warm, only a restart of nfsd opens grace',
    setting: { ...HAND, ...NO_V4_GRACE, services: besideUnprotected('auto'), warm: true },
    ...{ happening: happenings.neighbourArrives, wanted: ALL_TOLD },
  },
  {
    name: 'active/active, adoptive node warm, only SIGKILL to lockd opens grace',
    setting: {
      ...HAND,
      ...NO_V4_GRACE,
      services: besideUnprotected('auto'),
      warm: true,
      mountedOnServer: NEIGHBOUR,
    },
    ...{ happening: happenings.neighbourArrives, wanted: ALL_TOLD },
  },
  {
    name: 'trigger=sm-notify',
    setting: { ...HAND, services: [{ ...SERVICE, nfslock: { trigger: 'sm-notify' } }] },
    ...{ happening: nodeWide.beside(happenings.primaryKilled), wanted: PAIR, inGrace: nodeWide.left },
  },
  {
    name: 'record_format=copy, primary killed',
    setting: { ...HAND, services: [{ ...SERVICE, nfslock: { record_format: 'copy' } }] },
    ...{ happening: happenings.primaryKilled, wanted: PAIR },
  },
  {
    name: 'trigger=none, rpc.statd and sm-notify belong to the group',
    ...{ setting: { ...HAND, services: [TOLD_BY_GROUP] }, happening: happenings.primaryKilled },
    wanted: { kept: KEEPS },
  },
  {
    // a node that had the service before still has the client in its own sm/, and tells it
    name: 'rpc.statd and sm-notify belong to the group, no nfslock',
    fresh: true,
    setting: { ...HAND, protect: 'none', services: [TOLD_BY_GROUP] },
    ...{ happening: happenings.primaryKilled, wanted: { kept: LOSES } },
  },
  ...(['lockd-restart', 'nfs-restart'] as const).map(
    (trigger): Row => ({
      name: `trigger=${trigger}, adoptive node warm, beside another service`,
      setting: {
        ...HAND,
        services: besideUnprotected(trigger, SERVICE),
        warm: true,
      },
      ...{ happening: happenings.neighbourArrives, wanted: { ...ALL_TOLD, ...PAIR } },
    }),
  ),
  {
    name: 'adoptive node dies in grace',
    ...{ setting: { ...HAND, grace: 240 }, happening: happenings.adoptiveDies, wanted: PAIR },
  },
  {
    name: 'mounted by name',
    setting: { ...HAND, host: ({ name }) => `nfs-${name}` },
    ...{ happening: happenings.primaryKilled, wanted: PAIR },
  },
  {
    name: 'mounted by a name that the servers cannot resolve',
    setting: { ...HAND, host: ({ name }) => `nfs-${name}`, hidden: ['nfs-kept', 'nfs-control'] },
    ...{ happening: happenings.primaryKilled, wanted: PAIR },
  },
  {
    name: 'over IPv6',
    setting: {
      ...HAND,
      ipv6: true,
      services: [{ ...SERVICE, shares: [IPV6, { ...CONTROL, vip: 'fd77::101' }] }],
    },
    ...{ happening: happenings.primaryKilled, wanted: PAIR },
  },
  {
    name: 'nsm_use_hostnames=1, mounted by name',
    setting: {
      ...HAND,
      host: ({ name }) => `nfs-${name}`,
      prepare: 'modprobe -q lockd; sysctl -qw fs.nfs.nsm_use_hostnames=1',
    },
    ...{ happening: happenings.primaryKilled, wanted: PAIR },
  },
];
