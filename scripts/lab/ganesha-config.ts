export interface GaneshaOptions {
  /** Seconds of grace after a start; 20 unless told. Below 1 Ganesha has none. */
  readonly grace?: number;
  /** NFSv4 lease in seconds; below 2 Ganesha never ends a grace period. */
  readonly lease?: number;
  /** Whether monitor records carry the name that the client calls itself (true), or its address. */
  readonly callerName?: boolean;
}

/** What every server node exports: it lies on storage that all nodes share. */
export const EXPORTED = '/srv/shared/data';

/** Configuration of NFS-Ganesha for NFSv3 with locks; `fsid_device` makes file handles equal on all nodes. */
export function ganeshaConfig(options: GaneshaOptions): string {
  const { grace = 20, lease = 5, callerName = true } = options;
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
  Components { NLM = FULL_DEBUG; STATE = DEBUG; }
}
EXPORT {
  Export_Id = 77;
  Path = ${EXPORTED};
  Pseudo = /data;
  Protocols = 3;
  Transports = TCP, UDP;
  Access_Type = RW;
  Squash = No_Root_Squash;
  SecType = sys;
  FSAL { Name = VFS; }
}
`;
}
