import { formatMonitorRecord, type MonitorRecord } from '../nsm/monitor-record.ts';
import type { StoredFile } from '../store/index.ts';

/** No file has this inode number: whatever comes under a name that was gone is a new file. */
export const GONE = -1;

/** A file as it was captured last. */
interface Before {
  /** Null: never. */
  readonly file: StoredFile | null;
  /** Its inode number then; null: it was taken over from the store, and not seen yet. */
  readonly inode: number | null;
}

/**
 * The records of a file that a lock manager has just had statd write. statd writes a file anew, too, when a lock manager
 * gives up one of several records in it (nfs-utils, support/nsm/file.c, nsm_delete_monitored_host): then what is left
 * says nothing of anybody who came. Where it cannot be told, nobody did.
 */
export function monitoredAnew(
  { file, inode }: Before,
  now: { readonly inode: number; readonly records: readonly MonitorRecord[] },
): readonly MonitorRecord[] {
  if (file === null || inode === GONE) return now.records;
  const known = new Set(file.records.map(formatMonitorRecord));
  const others = now.records.filter((record) => !known.has(formatMonitorRecord(record)));
  if (others.length > 0) return others;
  // The same lines in another file: it was deleted and made again between two looks.
  const again = inode !== null && inode !== now.inode && now.records.length === known.size;
  return again ? now.records : [];
}
