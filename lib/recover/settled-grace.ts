import { setTimeout as pause } from 'node:timers/promises';
import { sentenceOf } from '../fault.ts';
import type { Log } from '../node/event-log.ts';
import type { LockSight, ReclaimPace } from './reclaim-pace.ts';

/** What it takes to end the kernel's grace period before its time. */
export interface SettlingMeans {
  readonly isOn: () => Promise<boolean>;
  readonly end: () => Promise<void>;
  readonly countLocks: LockSight['countLocks'];
  /**
   * What on this node needs the grace period, besides the clients of the service of this name, all of whom are back with
   * the lock manager of this identity; null: nothing.
   */
  readonly neededBy: (service: string, lockManager: string | null) => Promise<string | null>;
}

/** Locks of one service. */
export interface OwnLocks {
  /** How many there were before its recovery. */
  readonly before: number;
  readonly now: number;
  /** Whether nobody else's are counted among them. */
  readonly areAlone: boolean;
}

/** One service whose clients are all back. */
export interface Settling extends SettlingMeans {
  readonly service: string;
  /** Identity of the lock manager that its keeper has seen. */
  readonly lockManager: () => string | null;
  readonly writes: LockSight['writes'];
  /** What was seen of the clients up to now. */
  readonly pace: ReclaimPace;
  /** null: it is not known how many there were. */
  readonly ownLocks: () => Promise<OwnLocks | null>;
  /** Told at each look whether the service itself needs no more time. */
  readonly onReady: (isReady: boolean) => void;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/**
 * Milliseconds for which nothing may move where there are fewer locks than before: their client may be slow to reclaim, or
 * have given them up meanwhile.
 */
const QUIET_MISSING = 10_000;

/**
 * Ends the grace period as soon as nothing on this node needs it and neither monitor records nor the number of locks have
 * changed for a while: a long one where there were more locks before. @returns whether it was ended here; it can be over
 * before, or `signal` be aborted, or the kernel refuse. Never throws.
 */
export async function endWhenSettled(settling: Settling): Promise<boolean> {
  const { isOn, end, service, lockManager, neededBy } = settling;
  const { countLocks, ownLocks, onReady, writes, pace, signal, log } = settling;
  try {
    let kept: string | null = null;
    while (!signal.aborted && (await isOn())) {
      const need = await neededBy(service, lockManager());
      const own = await ownLocks();
      // What needed the grace period until now is a movement: whoever was told last may be about to reclaim.
      pace.look(`${writes()} ${need}`, await countLocks());
      const isMissing = own !== null && own.now < own.before && pace.stillFor < QUIET_MISSING;
      onReady(!isMissing);
      const reason = need ?? (isMissing ? `not all of ${own.before} locks are back` : null);
      if (reason !== null && reason !== kept) log('grace-kept', { reason });
      kept = reason;
      const quiet = pace.quiet(own?.areAlone === true && own.now === own.before && own.now > 0);
      if (reason === null && pace.stillFor >= quiet && !signal.aborted) {
        await end();
        log('grace-ended');
        return true;
      }
      await pause(pace.nextLook(quiet));
    }
  } catch (error) {
    log('grace-not-ended', { reason: sentenceOf(error) });
  }
  return false;
}
