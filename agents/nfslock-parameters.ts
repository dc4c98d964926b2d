import { Fault } from '../lib/fault.ts';
import { floatingAddress } from '../lib/node/floating-address.ts';
import { hostName } from '../lib/node/host-name.ts';
import {
  CAPTURE_CHOICES,
  GRACE_END_CHOICES,
  LOCK_MANAGER_CHOICES,
  RECORD_FORMAT_CHOICES,
  type Service,
  serviceSchema,
  TRIGGER_CHOICES,
} from '../lib/node/service.ts';
import {
  atLeastOne,
  command,
  directory,
  flag,
  listOf,
  numberFrom,
  oneOf,
  orNone,
  type Parameter,
  type Values,
} from '../lib/ocf/index.ts';

/**
 * The parameters of nfslock, each declared once: what parses the value, and what the meta-data says of it.
 *
 * Reloadable is what another keeper can take up in place. The others say which service this is and whose locks it is
 * about: another store knows nothing of the clients, under another address they have to reclaim, and what another lock
 * manager or statd holds nobody has captured. A change of these is a move from one service to another, with all that
 * stop and start do.
 */
export const nfslockParameters = {
  shared_dir: {
    shortdesc: 'Directory of the lock store',
    longdesc: `Directory in which the service's lock store is kept. It must be on storage that moves with the service
or that all nodes see, and belong to this service alone. It is created if it does not exist.`,
    type: 'string',
    wanted: 'an absolute path below /, without ".."',
    default: null,
    unique: true,
    schema: directory,
  },
  ip: {
    shortdesc: 'Floating addresses of the service',
    longdesc: `Floating addresses by which clients reach the service, IPv4 or IPv6, separated by commas or blanks,
without prefix length. Clients are told from each of them.`,
    type: 'string',
    wanted: 'addresses as 192.0.2.1 or 2001:db8::1, no prefix',
    default: null,
    unique: true,
    schema: atLeastOne(listOf(floatingAddress)),
  },
  names: {
    shortdesc: 'Host names of the service',
    longdesc: `Host names by which clients mount the service, separated by commas or blanks. They are announced to the
clients besides the addresses and what reverse DNS says of these.`,
    type: 'string',
    wanted: 'host names, separated by commas or blanks',
    default: '',
    reloadable: true,
    schema: listOf(hostName),
  },
  exports: {
    shortdesc: 'Exported directories to wait for',
    longdesc: `Directories that must be exported before clients are told to reclaim their locks, separated by commas or
blanks. Where empty, only the addresses and the registration of NFS and NLM are waited for; and whether somebody else has
released the service's locks while lockd went on is seen at a start only where lockd has no lock of anybody.`,
    type: 'string',
    wanted: 'absolute paths, separated by commas or blanks',
    default: '',
    reloadable: true,
    schema: listOf(directory),
  },
  record_format: {
    shortdesc: 'Format of the records in the lock store',
    longdesc: `How the lock store keeps monitor records. "record": as structured records, from which statd's files are
made again. "copy": as verbatim copies of statd's files. Both are versioned and checksummed. To go over from one to the
other, change this parameter on the running resource; a stopped one is started with the format that its store has.`,
    type: 'string',
    wanted: RECORD_FORMAT_CHOICES.join(' or '),
    default: 'record',
    reloadable: true,
    schema: oneOf(RECORD_FORMAT_CHOICES),
  },
  capture: {
    shortdesc: 'When monitor records are captured',
    longdesc: `"watch": as soon as statd writes them. "monitor": once per recurring monitor, so that a crash can lose
the records of one monitor interval.`,
    type: 'string',
    wanted: CAPTURE_CHOICES.join(' or '),
    default: 'watch',
    reloadable: true,
    schema: oneOf(CAPTURE_CHOICES),
  },
  trigger: {
    shortdesc: 'How clients are made to reclaim their locks',
    longdesc: `"notify": each client's status monitor is told by Lockferry, inside the grace period. "sm-notify": by
nfs-utils' sm-notify. "lockd-restart": lock manager and rpc.statd of this node are restarted with the records in
statd's own directory; "nfs-restart": the whole NFS service. "none": the records are put into statd's own directory
for an rpc.statd that another resource starts later, and nobody is told. "auto": notify, and where that needs a
grace period which only a restart of the lock manager can open, that too.`,
    type: 'string',
    wanted: TRIGGER_CHOICES.join(', '),
    default: 'auto',
    reloadable: true,
    schema: oneOf(TRIGGER_CHOICES),
  },
  restart_command: {
    shortdesc: 'What restarts the lock manager',
    longdesc: `Program and arguments with which the triggers lockd-restart and nfs-restart restart the lock manager or
the NFS service of this node: it is run with "stop", and then with "start", as its last argument. No shell is
involved. Where empty, the systemd unit of NFS-Ganesha and the threads of the kernel's NFS server are restarted.`,
    type: 'string',
    wanted: 'an absolute path and arguments, separated by blanks',
    default: '',
    reloadable: true,
    schema: command,
  },
  lock_manager: {
    shortdesc: 'Lock manager of the service',
    longdesc: `What grants the locks: "kernel" (lockd) or "ganesha" (NFS-Ganesha). "auto": the one that runs.`,
    type: 'string',
    wanted: LOCK_MANAGER_CHOICES.join(' or '),
    default: 'auto',
    schema: oneOf(LOCK_MANAGER_CHOICES),
  },
  statd_dir: {
    shortdesc: "statd's directory",
    longdesc: `Directory in which rpc.statd keeps sm, sm.bak and state. Where empty, the one of this system is found:
/var/lib/nfs/statd or /var/lib/nfs.`,
    type: 'string',
    wanted: 'an absolute path below /, without ".."',
    default: '',
    schema: orNone(directory),
  },
  notify_port: {
    shortdesc: 'Source port of notifications',
    longdesc: `The port from which clients are told, for firewalls that let pass one port only. 0: any free port below
1024.`,
    type: 'integer',
    wanted: '0, or a port from 1 to 65535',
    default: '0',
    reloadable: true,
    schema: numberFrom(0, 65_535),
  },
  max_lag: {
    shortdesc: 'How old a capture may be',
    longdesc: `Seconds after which a monitor record that could not be written to the lock store makes the monitor report
that locks are unprotected.`,
    type: 'integer',
    wanted: 'seconds, from 1 to 86400',
    default: '30',
    reloadable: true,
    schema: numberFrom(1, 86_400),
  },
  strict: {
    shortdesc: 'Report unprotected locks as an error',
    longdesc: `Whether the monitor fails while locks are unprotected, because monitor records cannot be captured or not be
written to the lock store; the cluster then recovers the service. Where not, the monitor reports degraded.`,
    type: 'boolean',
    wanted: 'true or false',
    default: 'false',
    reloadable: true,
    schema: flag,
  },
  unlock_on_stop: {
    shortdesc: 'Release the locks when the service leaves',
    longdesc: `Whether the locks of this service are released on this node once its addresses have left. A lock
manager that goes on running would otherwise keep them, and refuse them when the service comes back.`,
    type: 'boolean',
    wanted: 'true or false',
    default: 'true',
    reloadable: true,
    schema: flag,
  },
  grace_end: {
    shortdesc: 'When the grace period ends',
    longdesc: `"full": after its full time. "settled": as soon as all former clients are back, or have been told twice
and not come (where this node knew them before: 15 seconds after they were told), and neither the monitor records nor
the number of locks have changed for one to five seconds, longer where clients pause longer between two locks: half a
second where exports has as many locks as before, ten seconds where there were more before. New locks are granted sooner
after a failover then. Only the kernel's grace period is ended, and not where it serves NFSv4 as
well, or while another service of the node needs it. Clients of exports that no nfslock protects are waited for only where
Lockferry itself has to tell them: right after a boot of the node, they may come too late.`,
    type: 'string',
    wanted: GRACE_END_CHOICES.join(' or '),
    default: 'full',
    reloadable: true,
    schema: oneOf(GRACE_END_CHOICES),
  },
} as const satisfies Readonly<Record<string, Parameter<unknown>>>;

/** The resource instance where it can name a run-time directory, else null: no such service was ever started. */
export function serviceName(instance: string | null): string | null {
  const parsed = serviceSchema.shape.name.safeParse(instance);
  return parsed.success ? parsed.data : null;
}

/**
 * The service that these parameters describe.
 * @throws Fault `bad-parameter` where the resource instance cannot name a run-time directory.
 */
export function serviceOf(instance: string | null, values: Values<typeof nfslockParameters>): Service {
  const name = serviceName(instance);
  if (name === null) {
    throw new Fault('bad-parameter', 'resource name (OCF_RESOURCE_INSTANCE)', {
      found: instance === null ? 'nothing' : `"${instance}"`,
      wanted: 'at most 71 letters, digits and _ . : -, not . : - first',
    });
  }
  return {
    name,
    sharedDir: values.shared_dir,
    addresses: values.ip,
    names: values.names,
    exports: values.exports,
    statdDir: values.statd_dir,
    lockManager: values.lock_manager,
    capture: values.capture,
    recordFormat: values.record_format,
    trigger: values.trigger,
    notifyPort: values.notify_port,
    maxLag: values.max_lag,
    strict: values.strict,
    restartCommand: values.restart_command,
    unlockOnStop: values.unlock_on_stop,
    graceEnd: values.grace_end,
  };
}
