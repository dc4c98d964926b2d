import { type LockManager, LockManagerWatch, ProcessWatch } from '../node/lock-manager.ts';
import { identityWord, type ProcessIdentity } from '../node/process.ts';
import type { Service } from '../node/service.ts';

/** Who is at work on this node now; null: not running. */
export interface AtWork {
  readonly lockManager: LockManager | null;
  readonly statd: string | null;
}

/** Says what runs now; null: nothing. */
interface Watch<T> {
  now(): Promise<T | null>;
}

/** Follows the lock manager and rpc.statd of this node through their restarts. */
export function followProcesses(
  choice: Service['lockManager'],
  lockManagers: Watch<LockManager> = new LockManagerWatch(choice),
  statds: Watch<ProcessIdentity> = new ProcessWatch('rpc.statd'),
): () => Promise<AtWork> {
  return async () => {
    const [lockManager, statd] = [await lockManagers.now(), await statds.now()];
    return { lockManager, statd: statd === null ? null : identityWord(statd) };
  };
}
