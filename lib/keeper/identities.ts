import { type LockManager, LockManagerWatch, ProcessWatch } from '../node/lock-manager.ts';
import { identityWord } from '../node/process.ts';
import type { Service } from '../node/service.ts';

/** Who is at work on this node now; null: not running. */
export interface AtWork {
  readonly lockManager: LockManager | null;
  readonly statd: string | null;
}

/** Follows the lock manager and rpc.statd of this node through their restarts. */
export function followProcesses(choice: Service['lockManager']): () => Promise<AtWork> {
  const lockManagers = new LockManagerWatch(choice);
  const statds = new ProcessWatch('rpc.statd');
  return async () => {
    const [lockManager, statd] = [await lockManagers.now(), await statds.now()];
    return { lockManager, statd: statd === null ? null : identityWord(statd) };
  };
}
