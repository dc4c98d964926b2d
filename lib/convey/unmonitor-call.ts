import type { MonitorRecord } from '../nsm/monitor-record.ts';
import { STATUS_MONITOR } from '../nsm/sm-notify.ts';
import { type RpcCall, xdrString, xdrUnsigned } from '../rpc/index.ts';

/** Whom a status monitor watches, and how it calls whoever asked for that. */
export type Monitored = Pick<MonitorRecord, 'monName' | 'myName' | 'program' | 'version' | 'procedure'>;

/**
 * The call SM_UNMON, by which rpc.statd drops one line of `sm/`: `struct mon_id { string mon_name; my_id { string
 * my_name; int my_prog; int my_vers; int my_proc; } }` (X/Open XNFS 3W, chapter 11). statd finds the line by all of
 * these and not by its cookie (nfs-utils, utils/statd/monitor.c sm_unmon_1_svc()), and takes it from loopback only.
 */
export function unmonitorCall(monitored: Monitored): RpcCall {
  return {
    program: STATUS_MONITOR.program,
    version: STATUS_MONITOR.version,
    procedure: STATUS_MONITOR.unmonitor,
    args: monitorId(monitored),
  };
}

/** `struct mon_id`, with which the arguments of SM_MON begin, too. */
export function monitorId({ monName, myName, program, version, procedure }: Monitored): Buffer {
  const words = [program, version, procedure].map(xdrUnsigned);
  return Buffer.concat([xdrString(monName), xdrString(myName), ...words]);
}
