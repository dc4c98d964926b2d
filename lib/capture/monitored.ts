import { formatMonitorRecord, type MonitorRecord } from '../nsm/monitor-record.ts';
import type { StoredFile } from '../store/index.ts';

/** No file has this inode number: whatever comes under a name that was gone is a new file. */
export const GONE = -1;

/** Of NLM, for which lockd has clients monitored (Linux, fs/lockd/mon.c, encode_my_id). */
const LOCKDS_VERSION = 3;

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

/**
 * What of a file statd may have written anew since it was captured last. Of several lines it leaves the others as they are
 * when it drops or adds one; and lockd never has a client monitored twice by the same line, for each has a cookie of its own
 * (Linux, fs/lockd/mon.c, nsm_init_private): so such a line that was there before was not written anew. NFS-Ganesha's are
 * all alike. Where it cannot be told, all of it may be new: a client that is back must not be taken for one that is not.
 */
export function writtenAnew({ file, inode }: Before, now: StoredFile): StoredFile {
  if (file === null || inode === GONE) return now;
  const before = new Set(file.records.map(formatMonitorRecord));
  const lines = new Set(now.records.map(formatMonitorRecord));
  const isAsBefore = lines.size === before.size && [...lines].every((line) => before.has(line));
  if (isAsBefore) return now;
  const records = now.records.filter((one) => !(isLockds(one) && before.has(formatMonitorRecord(one))));
  return { ...now, records };
}

/** NFS-Ganesha gives another version of NLM, and older ones what lay in memory for a cookie (Protocols/NLM/nsm.c). */
function isLockds({ version, cookie }: MonitorRecord): boolean {
  return version === LOCKDS_VERSION && !/^0*$/.test(cookie);
}
