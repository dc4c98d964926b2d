import type { LockManager } from '../../node/lock-manager.ts';
import type { StoredFile } from '../../store/index.ts';
import type { NotifyOptions } from '../notifier/index.ts';

/** Tells clients until all have answered or the signal comes; see notifyClients. */
export type Tell = (options: NotifyOptions) => Promise<unknown>;

/** How lock manager, status monitor and clients are made to recognise what was conveyed. */
export interface Trigger {
  /**
   * Has grace on a lock manager that runs, before clients can reach the service. @param clients how many it is for.
   * @returns `restarted` where all locks of the node went with it. @throws Fault where that is impossible here.
   */
  readonly open: (lockManager: LockManager, clients: number) => Promise<'kept' | 'restarted'>;
  /**
   * Conveys into the live `sm/`, where the trigger does that without a restart.
   * @returns null once that is done; before, one sentence about why it is not, and the cure.
   */
  readonly place: (files: readonly StoredFile[]) => Promise<string | null>;
  /** null: nobody is told by us. */
  readonly tell: Tell | null;
}
