import type { MonitorRecord } from '../nsm/monitor-record.ts';
import type { StoredFile } from '../store/index.ts';

/** Something in `sm/` that is set aside: named, and no reason to stop. */
export interface Problem {
  /** The name in `sm/`, latin1, as found: fit for a log only once it is printable(). */
  readonly name: string;
  readonly reason: string;
}

/** What changed in `sm/` since the last look. */
export interface Look {
  /** New files, and files that statd wrote anew. */
  readonly captured: readonly StoredFile[];
  /** Records that a lock manager has had statd write. */
  readonly monitored: readonly MonitorRecord[];
  /** What statd may have written anew of each file that has changed: whoever is in the rest has not come now. */
  readonly anew: readonly StoredFile[];
  /** Every name seen in `sm/` that is neither there nor in `sm.bak/`; whether that counts is the removal judge's to say. */
  readonly absent: readonly string[];
  /** How many known names are in `sm/`. */
  readonly present: number;
  /** Everything that is set aside now, whether it was so before or not. */
  readonly problems: readonly Problem[];
  readonly directory: 'present' | 'missing';
  /** Whether a file is being written just now: look again in a few milliseconds. */
  readonly writing: boolean;
}

/** A look that is over after a few milliseconds. */
export interface Glance extends Look {
  /** Whether it did not get at everything that is due: the next glance goes on. */
  readonly more: boolean;
}
