/** One directory that a Ganesha of the lab exports, over NFSv3 only, read-write to everybody. */
export interface GaneshaExport {
  /** 1 to 65535. It is part of the file handle, so it must be the same on every node that may serve this export. */
  readonly id: number;
  readonly path: string;
}

export interface GaneshaOptions {
  readonly exports: readonly GaneshaExport[];
  /** Seconds in which only reclaims are granted, after the start and after each `grace` over D-Bus; 0 to 180. */
  readonly graceSeconds?: number;
  /** Seconds, 2 to 120: below 2 Ganesha's reaper never runs and grace is never lifted. */
  readonly leaseSeconds?: number;
  readonly nfsPort?: number;
  readonly mountPort?: number;
  readonly nlmPort?: number;
  /**
   * Names by which clients are monitored: true, the caller_name of their lock request; false (Ganesha's own
   * default), the text of their address.
   */
  readonly useCallerName?: boolean;
  /** A directory on the node's own disk: NFSv4 recovery state, of which NFSv3 locks keep nothing. */
  readonly recoveryRoot?: string;
}

function exportBlock({ id, path }: GaneshaExport): string {
  return `EXPORT {
	Export_Id = ${id}; Path = ${path}; Pseudo = ${path};
	Protocols = 3; Transports = TCP, UDP; Access_Type = RW; Squash = No_Root_Squash; SecType = sys;
	FSAL { Name = VFS; }
}
`;
}

/**
 * The text of a ganesha.conf for one node of the lab (ganesha-config(8), ganesha-core-config(8)): NFSv3 and NLM
 * only, on fixed ports. Every node that may serve an export must be given the same exports, or a client's file
 * handle is worth nothing after a failover.
 * @throws RangeError for a lease with which grace would last for ever
 */
export function ganeshaConfig(options: GaneshaOptions): string {
  const { exports, graceSeconds = 10, leaseSeconds = 2, useCallerName = false } = options;
  const {
    nfsPort = 2049,
    mountPort = 20048,
    nlmPort = 4045,
    recoveryRoot = '/var/lib/nfs/ganesha',
  } = options;
  if (leaseSeconds < 2)
    throw new RangeError(`leaseSeconds is ${leaseSeconds}; Ganesha's grace ends only with 2 or more`);
  // RPC_Ioq_ThrdMax: with its default, 256 first locks at once stop Ganesha for good.
  return `NFS_CORE_PARAM {
	Protocols = 3;
	Enable_NLM = true;
	NFS_Port = ${nfsPort}; MNT_Port = ${mountPort}; NLM_Port = ${nlmPort};
	Enable_RQUOTA = false;
	NSM_Use_Caller_Name = ${useCallerName};
	fsid_device = true;
	Clustered = false;
	RPC_Max_Connections = 10000;
	RPC_Ioq_ThrdMax = 1000;
	Blocked_Lock_Poller_Interval = 1;
}
NFSV4 {
	Grace_Period = ${graceSeconds}; Lease_Lifetime = ${leaseSeconds};
	RecoveryBackend = fs; RecoveryRoot = ${recoveryRoot};
}
LOG { Default_Log_Level = EVENT; Components { NLM = FULL_DEBUG; STATE = DEBUG; NFS_V4_LOCK = DEBUG; } }
${exports.map(exportBlock).join('')}`;
}
