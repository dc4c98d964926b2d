import { type Monitored, monitorId } from '../convey/unmonitor-call.ts';
import { STATUS_MONITOR } from '../nsm/sm-notify.ts';
import type { RpcCall } from '../rpc/index.ts';

/** What statd keeps for whoever asks, and gives back when it calls: nobody does for ours. */
const COOKIE = Buffer.alloc(16);

/** The call SM_MON: `struct mon { mon_id; opaque priv[16]; }` (X/Open XNFS 3W, chapter 11). */
export function monitorCall(monitored: Monitored): RpcCall {
  return {
    program: STATUS_MONITOR.program,
    version: STATUS_MONITOR.version,
    procedure: STATUS_MONITOR.monitor,
    args: Buffer.concat([monitorId(monitored), COOKIE]),
  };
}

/** Whether statd does it: `struct sm_stat_res { res res_stat; int state; }`, 0 is STAT_SUCC. */
export function isMonitored(results: Buffer): boolean {
  return results.length >= 4 && results.readUInt32BE(0) === 0;
}
