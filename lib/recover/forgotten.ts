import type { LockManager } from '../node/lock-manager.ts';
import { smStats } from '../nsm/sm-file.ts';
import { type Change, clientsIn, type StoreState } from '../store/index.ts';

/** What a process writes may be older than it is, by the clocks of the process table and of the file system, milliseconds. */
const CLOCK_SLACK = 2_000;

/** Milliseconds since 1970 from which on files in `sm/` are those that this lock manager had statd write. */
export function writtenSince(lockManager: Pick<LockManager, 'startedAt'> | null): number {
  return (lockManager?.startedAt ?? Number.POSITIVE_INFINITY) - CLOCK_SLACK;
}

/**
 * Where the lock manager restarted in place, a client's record is what was captured before: once it has missed that, the
 * next owner must not tell it, for somebody else may have its lock by then. Whoever statd was told to monitor since may have a new
 * one; and a lock manager that goes on with those whom it has had monitored has statd write nothing anew.
 */
export function forgotten(
  { current }: Pick<StoreState, 'current'>,
  missed: ReadonlySet<string>,
  sm: string,
  lockManager: LockManager | null,
): Change[] {
  if (missed.size === 0) return [];
  const since = lockManager?.monitorsAnew ? writtenSince(lockManager) : Number.NEGATIVE_INFINITY;
  return [...current.values()]
    .filter((file) => [...clientsIn(file)].every((client) => missed.has(client)))
    .filter(({ name }) => {
      const stats = smStats(sm, name);
      return stats === undefined || (typeof stats === 'object' && stats.mtimeMs < since);
    })
    .map(({ name }) => ({ type: 'removed', name }));
}
