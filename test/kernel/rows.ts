import type { Fate, Happening } from './fate.ts';
import * as happenings from './happenings.ts';
import { CONTROL, KEPT, type Scene, SERVICE, type Setting } from './scene.ts';
import type { NfsService, Share } from './service.ts';

/** One scenario, run as it is; what it proves stands in the fates of the locks. */
export interface Row {
  readonly name: string;
  /** Also in a run that is not the full one. */
  readonly always?: boolean;
  readonly setting: Omit<Setting, 'protect'> & Partial<Pick<Setting, 'protect'>>;
  readonly happening: Happening;
  /** By share. */
  readonly wanted: Readonly<Record<string, Partial<Fate>>>;
  /** What is looked at when it is over, and has to be found. */
  readonly afterwards?: { readonly look: (scene: Scene) => Promise<unknown>; readonly wanted: object };
}

const REFUSED = { ok: false, error: 'EAGAIN' } as Fate['after'];
const KEEPS: Partial<Fate> = { taken: false, after: REFUSED, believes: true };
/** The owner is not even told. */
const LOSES: Partial<Fate> = { taken: true, reclaimed: null, believes: true };
const PAIR = { kept: KEEPS, control: LOSES };

const ONE = { ...SERVICE, shares: [KEPT] };
const NEIGHBOUR: Share = { name: 'neighbour', vip: '10.77.0.102', fsid: 79, carried: true };
const OTHER: NfsService = {
  ...{ id: 'b', device: '/dev/ubdc', directory: '/srv/b', home: 'sa' },
  shares: [NEIGHBOUR],
};
const ACTIVE_ACTIVE = [{ ...SERVICE, home: 'sb' }, OTHER];
const IPV6 = { ...KEPT, vip: 'fd77::100' };

export const ROWS: readonly Row[] = [
  {
    name: 'active/passive, primary killed',
    ...{ always: true, setting: {}, happening: happenings.primaryKilled, wanted: PAIR },
  },
  {
    name: 'active/active, adoptive node warm, lockd pinned',
    always: true,
    setting: { services: ACTIVE_ACTIVE, warm: true },
    happening: happenings.neighbourArrives,
    wanted: { ...PAIR, neighbour: { ...KEEPS, gaps: 0 } },
  },
  {
    name: 'nothing carries the locks, primary killed',
    setting: { protect: 'none', services: [ONE] },
    ...{ happening: happenings.primaryKilled, wanted: { kept: LOSES } },
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
  { name: 'standby of the primary', setting: {}, happening: happenings.standby, wanted: PAIR },
  { name: 'crm_resource --move', setting: {}, happening: happenings.moved, wanted: PAIR },
  { name: 'clean shutdown of the primary', setting: {}, happening: happenings.cleanShutdown, wanted: PAIR },
  {
    name: 'crm resource restart of nfsd',
    ...{ setting: {}, happening: happenings.restarted('a-nfsd'), wanted: PAIR },
  },
  {
    name: 'failover and failback, three times',
    ...{ setting: {}, happening: happenings.toAndFro, wanted: PAIR },
  },
  {
    name: 'active/active, both services arrive together',
    setting: { services: [SERVICE, OTHER], warm: true },
    ...{ happening: happenings.bothArrive, wanted: { ...PAIR, neighbour: KEEPS } },
  },
  {
    name: 'a client is frozen past the end of grace',
    ...{ setting: { clients: 3 }, happening: happenings.clientFrozen },
    wanted: { kept: LOSES, control: LOSES },
    afterwards: { look: happenings.afterFrozen, wanted: { missed: 1, third: true } },
  },
  {
    name: 'crm resource restart of nfslock and what depends on it',
    ...{ setting: {}, happening: happenings.restarted('a-lock'), wanted: PAIR },
  },
  { name: 'primary cut off', setting: {}, happening: happenings.primaryCutOff, wanted: PAIR },
  {
    name: 'adoptive node dies in grace',
    ...{ setting: { grace: 90 }, happening: happenings.adoptiveDies, wanted: PAIR },
  },
  {
    name: 'mounted by name',
    setting: { host: ({ name }) => `nfs-${name}` },
    ...{ happening: happenings.primaryKilled, wanted: PAIR },
  },
  {
    name: 'mounted by a name that the servers cannot resolve',
    setting: { host: ({ name }) => `nfs-${name}`, hidden: ['nfs-kept', 'nfs-control'] },
    ...{ happening: happenings.primaryKilled, wanted: PAIR },
  },
  {
    name: 'over IPv6',
    setting: { ipv6: true, services: [{ ...SERVICE, shares: [IPV6, { ...CONTROL, vip: 'fd77::101' }] }] },
    ...{ happening: happenings.primaryKilled, wanted: PAIR },
  },
  {
    name: 'nsm_use_hostnames=1, mounted by name',
    setting: {
      host: ({ name }) => `nfs-${name}`,
      prepare: 'modprobe -q lockd; sysctl -qw fs.nfs.nsm_use_hostnames=1',
    },
    ...{ happening: happenings.primaryKilled, wanted: PAIR },
  },
];
