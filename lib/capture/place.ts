import { type Stats, statSync } from 'node:fs';

/** A directory as it stood at one moment. */
export interface PlaceStamp {
  /** Tells a directory from one that replaced it: device, inode number, and time of birth for a reused number. */
  readonly identity: string;
  /** Changes when an entry comes, goes or is renamed, if only the clock has ticked since. */
  readonly changed: string;
  /** Milliseconds since 1970 of the last change. */
  readonly changedAt: number;
}

/** @returns null where there is no such directory, or none that can be looked at */
export function stampOf(path: string): PlaceStamp | null {
  const stats = statsOf(path);
  if (!stats?.isDirectory()) return null;
  const { dev, ino, birthtimeMs, mtimeMs, ctimeMs } = stats;
  return { identity: `${dev}:${ino}:${birthtimeMs}`, changed: `${mtimeMs}:${ctimeMs}`, changedAt: ctimeMs };
}

/**
 * Whether a time stamp is so fresh that a further change may leave it as it is: the kernel's clock for files
 * ticks every 10 ms at worst, some file systems keep whole seconds only.
 */
export function isRacy(changedAt: number, now: number): boolean {
  const tick = changedAt % 1000 === 0 ? 2000 : 20;
  return changedAt > now - tick;
}

function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
