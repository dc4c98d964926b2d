import type { Owner } from '../convey/index.ts';
import type { Log } from '../node/event-log.ts';
import type { LockManager } from '../node/lock-manager.ts';
import type { Resolver } from '../node/resolver.ts';
import type { Service } from '../node/service.ts';
import type { Change, StoreState } from '../store/index.ts';
import type { GraceTime } from './grace-time.ts';
import type { Trigger } from './triggers/types.ts';

/** This node and the lock store, as a recovery sees them. */
export interface RecoveryWorld {
  readonly service: Pick<Service, 'addresses' | 'names' | 'notifyPort' | 'graceEnd'>;
  readonly state: () => StoreState;
  /** Resolves when the changes are durable. */
  readonly commit: (changes: readonly Change[]) => Promise<void>;
  readonly lockManager: () => Promise<LockManager | null>;
  /** null: not now, and it may come. @throws Fault where it cannot be asked. */
  readonly isGraceOn: (kind: LockManager['kind']) => Promise<boolean | null>;
  readonly graceTime: (lockManager: LockManager | null) => Promise<GraceTime>;
  readonly trigger: Trigger;
  readonly localAddresses: () => ReadonlySet<string>;
  /** What a reclaim needs besides address and grace and does not find yet. */
  readonly lacking: () => Promise<string[]>;
  /** The number that this node's own status monitor announces. */
  readonly localStateNumber: () => Promise<number | null>;
  readonly resolver: Resolver;
  /** statd's own `sm/`; null: nothing is captured from there. */
  readonly sm: string | null;
  /** The private statd directory, and who owns what is in it. */
  readonly conveyTo: { readonly dir: string; readonly owner: Owner };
  readonly log: Log;
}

/** How a recovery ended: `complete` (see RecoveryBook.isDone), grace over, none to be had, or broken off. */
export type RecoveryEnd = 'complete' | 'grace-over' | 'too-late' | 'stopped';
