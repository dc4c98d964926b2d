import type { MonitorRecord } from './monitor-record.ts';

/**
 * The my_name with which `lockferry doctor` has rpc.statd monitor a client for a moment. Behind such a record is no lock:
 * it is not captured, or the client would be told of a failover, and missed. No host can have a name with a colon.
 */
export const EXAMINER = 'lockferry:doctor';

export function isExaminers({ myName }: Pick<MonitorRecord, 'myName'>): boolean {
  return myName === EXAMINER;
}
