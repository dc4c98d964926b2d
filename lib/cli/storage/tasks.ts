import { followProcesses } from '../../keeper/identities.ts';
import { type Change, readStore, type Store } from '../../store/index.ts';
import { type CaptureOptions, captureOnce } from './capture.ts';
import { type RestoreOptions, restoreStore } from './restore.ts';
import { endRound, type Round, type RoundOptions, roundFromDirectory, roundFromStore } from './round.ts';
import type { Report } from './step.ts';

export type Tasks = ReturnType<typeof createTasks>;

/** All that is done with lock stores, and statd directories that may lie beside them, for the commands. */
export function createTasks(atWork = followProcesses('auto')) {
  let store: Store | null = null;
  return {
    /** What a store says; changes nothing. */
    read: (dir: string) => readStore(dir),
    capture: (options: CaptureOptions, report?: Report) => captureOnce({ ...options, report }, atWork),
    restore: (options: RestoreOptions, report?: Report) => restoreStore({ ...options, report }, { atWork }),
    beginRound: async (options: RoundOptions): Promise<Round> => {
      const begun = await roundFromStore(options, atWork);
      store = begun.store;
      return begun.round;
    },
    beginRoundFrom: (dir: string): Promise<Round> => roundFromDirectory(dir),
    /** Makes what became of clients durable; a statd directory has no ledger. */
    note: async (changes: readonly Change[]) => store?.commit(changes),
    /** @returns whether the store was ours to the end */
    endRound: async (changes: readonly Change[]) => store === null || endRound(store, changes),
  };
}
