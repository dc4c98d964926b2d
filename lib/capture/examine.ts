import type { Stats } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { isExaminers } from '../nsm/examiner.ts';
import type { MonitorFileContent } from '../nsm/monitor-file.ts';
import { formatMonitorRecord, type MonitorRecord } from '../nsm/monitor-record.ts';
import { readSmFile, smStats } from '../nsm/sm-file.ts';
import { type StoredFile, storedFile } from '../store/index.ts';
import { monitoredAnew, writtenAnew } from './monitored.ts';
import { finalName, kindOfName } from './names.ts';
import { isRacy } from './place.ts';

/** What is remembered of a name in `sm/`. */
export interface Seen {
  /** The file as it was captured last; null: never. */
  file: StoredFile | null;
  /** Its inode number then; null: taken over from the store, and not seen yet. */
  inode: number | null;
  /** What lstat said when it was read last; null: not read. */
  stamp: string | null;
  /** Its ctime then, milliseconds since 1970. */
  changedAt: number;
  /** Whether that reading can be relied upon; see Certainty. */
  certainty: Certainty;
  /** performance.now() when it was first found half-written. */
  writingSince: number | null;
  /** Why it, or some of it, is set aside. */
  problems: readonly string[];
}

/**
 * - `settled`: nothing to be done until lstat says something else.
 * - `racy`: read so soon after it was written that a later write could have left no mark.
 * - `writing`: empty, or cut short, or without a record so far: statd creates a file first and fills it then.
 * - `overdue`: the same, but for too long; or lstat failed.
 */
export type Certainty = 'settled' | 'racy' | 'writing' | 'overdue';

export type Presence =
  | {
      readonly here: true;
      readonly captured: StoredFile | null;
      /** Those of its records that a lock manager has just had statd write. */
      readonly monitored: readonly MonitorRecord[];
      /** What of the captured file statd may have written anew. */
      readonly anew: StoredFile | null;
    }
  /** Not there, or a temporary name or an examination that nobody need know of. */
  | { readonly here: false };

export function unseen(file: StoredFile | null): Seen {
  return {
    file,
    inode: null,
    stamp: null,
    changedAt: 0,
    certainty: 'racy',
    writingSince: null,
    problems: [],
  };
}

/** Looks at one name, reading it only where that can tell something new. Times are in ms. */
export function examine(dir: string, name: string, seen: Seen, patience: number): Presence {
  const stats = smStats(dir, name);
  const kind = kindOfName(name);
  if (stats === undefined || kind === 'hidden') return { here: false };
  if (kind === 'strange') return setAside(seen, 'its name holds white space or control characters');
  if (kind === 'temporary' && seen.file === null && smStats(dir, finalName(name)) !== undefined)
    return { here: false };
  if (typeof stats === 'string') {
    seen.stamp = null;
    return setAside(seen, stats, 'overdue');
  }
  const now = Date.now();
  if (isAsSeen(seen, stats, now)) return UNCHANGED;
  const found = readSmFile(dir, name, stats);
  seen.stamp = stampOf(stats);
  seen.changedAt = stats.ctimeMs;
  if (found.kind === 'refused') return setAside(seen, found.reason);
  return judge(name, seen, found, { patience, now });
}

/** Whether to read a file again would tell nothing new. */
export function isAsSeen({ stamp, certainty }: Seen, stats: Stats, now = Date.now()): boolean {
  return stamp === stampOf(stats) && !isWorthReading(certainty, stats, now);
}

function stampOf({ ino, size, mtimeMs, ctimeMs }: Stats): string {
  return [ino, size, mtimeMs, ctimeMs].join();
}

/** Whether a file whose stamp is still the same may have changed. While its stamp is racy, another look is too early. */
function isWorthReading(certainty: Certainty, stats: Stats, now: number): boolean {
  return certainty === 'writing' || (certainty === 'racy' && !isRacy(stats.ctimeMs, now));
}

const UNCHANGED: Presence = { here: true, captured: null, monitored: [], anew: null };

function setAside(seen: Seen, reason: string, certainty: Certainty = 'settled'): Presence {
  seen.problems = [reason];
  seen.certainty = certainty;
  return UNCHANGED;
}

function isStillWriting(seen: Seen, patience: number): boolean {
  seen.writingSince ??= performance.now();
  const writing = performance.now() - seen.writingSince < patience;
  seen.certainty = writing ? 'writing' : 'overdue';
  return writing;
}

function judge(
  name: string,
  seen: Seen,
  { stats, content }: { stats: Stats; content: MonitorFileContent },
  { patience, now }: { patience: number; now: number },
): Presence {
  const problems = content.malformed.map(({ line, reason }) => `line ${line}: ${reason}`);
  const { records, complete } = content;
  if (complete && records.length > 0 && records.every(isExaminers)) return { here: false };
  if (complete && records.length > 0) {
    seen.writingSince = null;
    seen.certainty = isRacy(stats.ctimeMs, now) ? 'racy' : 'settled';
  } else {
    if (isStillWriting(seen, patience)) return UNCHANGED;
    if (stats.size === 0) problems.push('is empty');
    else problems.push(complete ? 'holds no monitor record' : 'its last line has no end');
  }
  seen.problems = problems;
  if (records.length === 0) return UNCHANGED;
  const file = storedFile(name, stats.mtimeMs, content);
  const isNew = seen.file === null || !sameFile(seen.file, file) || ![null, stats.ino].includes(seen.inode);
  const monitored = isNew ? monitoredAnew(seen, { inode: stats.ino, records }) : [];
  const anew = isNew ? writtenAnew(seen, file) : null;
  seen.file = file;
  seen.inode = stats.ino;
  return { here: true, captured: isNew ? file : null, monitored, anew };
}

/** What a store keeps as records has no bytes to compare. */
function sameFile(one: StoredFile, other: StoredFile): boolean {
  if (one.modified !== other.modified) return false;
  return one.copy === null || other.copy === null ? linesOf(one) === linesOf(other) : one.copy === other.copy;
}

function linesOf(file: StoredFile): string {
  return [...file.records.map(formatMonitorRecord), ...file.malformed].join('\n');
}
