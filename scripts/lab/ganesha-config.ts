/** What a server node exports unless it is told otherwise: it lies on storage that all nodes share. */
export const EXPORTED = '/srv/shared/data';

/** One directory that a Ganesha of the lab exports, over NFSv3 only, read-write to everybody. */
export interface GaneshaExport {
  /** 1 to 65535. It is part of the file handle, so it must be the same on every node that may serve this export. */
  readonly id: number;
  readonly path: string;
}

export interface GaneshaOptions {
  /** What is exported; unless told, {@link EXPORTED} alone. */
  readonly exports?: readonly GaneshaExport[];
  /** Seconds after a start in which only reclaims are granted, 0 to 180; 20 unless told. With 0 there is no grace. */
  readonly grace?: number;
  /** NFSv4 lease in seconds, 2 to 120; 5 unless told. */
  readonly lease?: number;
  /** Whether monitor records carry the name that the client calls itself (true, unless told), or its address. */
  readonly callerName?: boolean;
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
 * only, on fixed ports. `fsid_device` and equal export ids make file handles equal on all nodes.
 * @throws RangeError for a lease below 2 s: Ganesha would never look whether grace is over
 */
export function ganeshaConfig(options: GaneshaOptions = {}): string {
  const { exports = [{ id: 77, path: EXPORTED }], grace = 20, lease = 5, callerName = true } = options;
  if (lease < 2) throw new RangeError(`lease is ${lease}; Ganesha ends grace only with 2 or more`);
  // RPC_Ioq_ThrdMax: with its default, 256 first locks at once stop Ganesha for good.
  return `NFS_CORE_PARAM {
  Protocols = 3;
  Enable_NLM = true;
  Enable_RQUOTA = false;
  NFS_Port = 2049;
  MNT_Port = 20048;
  NLM_Port = 4045;
  NSM_Use_Caller_Name = ${callerName};
  fsid_device = true;
  Clustered = false;
  RPC_Max_Connections = 10000;
  RPC_Ioq_ThrdMax = 1000;
  Blocked_Lock_Poller_Interval = 1;
}
NFSV4 {
  Grace_Period = ${grace};
  Lease_Lifetime = ${lease};
  RecoveryBackend = fs;
  RecoveryRoot = /var/lib/nfs/ganesha;
}
LOG {
  Default_Log_Level = EVENT;
  Components { NLM = FULL_DEBUG; STATE = DEBUG; NFS_V4_LOCK = DEBUG; }
}
${exports.map(exportBlock).join('')}`;
}
