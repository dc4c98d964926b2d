export type { Cluster, ClusterOptions } from './cluster.ts';
export type { ClusterStatus, Failure, NodeStatus, ResourceStatus } from './cluster-status.ts';
export type { Outcome, RunOptions } from './command.ts';
export { EXPORTED, type GaneshaOptions } from './ganesha-config.ts';
export type { Host, ServiceName } from './host.ts';
export { type HostOptions, Lab, type LabOptions, type NodeOptions } from './lab.ts';
export { type ClientStatus, HostLockClient, type Wanted } from './lock-client.ts';
export {
  buildNfsService,
  FLOATING,
  LOCK_STORE,
  type NfsService,
  type NfsServiceOptions,
  SERVER,
  serviceConfiguration,
} from './nfs-service.ts';
export type { PowerEvent } from './power-daemon.ts';
export type { Program } from './program.ts';
export { pause, waitUntil } from './wait-until.ts';
