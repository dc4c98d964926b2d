import { setTimeout as pause } from 'node:timers/promises';
import { sentenceOf } from '../fault.ts';
import type { Log } from '../node/event-log.ts';
import type { LockSight, ReclaimPace } from './reclaim-pace.ts';

/** What it takes to end the kernel's grace period before its time. */
export interface SettlingMeans {
  readonly isOn: () => Promise<boolean>;
  readonly end: () => Promise<void>;
  /**
   * What on this node needs the grace period, besides the clients of the service of this name, all of whom are back with
   * the lock manager of this identity; null: nothing.
   */
  readonly neededBy: (service: string, lockManager: string | null) => Promise<string | null>;
}

/** One service whose clients are all back. */
export interface Settling extends Pick<SettlingMeans, 'isOn' | 'end'> {
  readonly sight: LockSight;
  /** What was seen of the clients up to now. */
  readonly pace: ReclaimPace;
  /** How many locks the service had before its recovery; null: that is not known. */
  readonly lockCount: () => number | null;
  /** Whether nobody else's are counted among the service's own. */
  readonly areAlone: boolean;
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
 * Ends the grace period as soon as nothing on this node needs it and neither monitor records, nor answers, nor the number
 * of locks have changed for a while: a long one where there were more locks before. @returns whether it was ended here; it can be over
 * before, or `signal` be aborted, or the kernel refuse. Never throws.
 */
export async function endWhenSettled(settling: Settling): Promise<boolean> {
  const { isOn, end, sight, lockCount, areAlone, onReady, pace, signal, log } = settling;
  try {
    const began = performance.now();
    let kept: string | null = null;
    while (!signal.aborted && (await isOn())) {
      const { need, own } = await pace.see(sight);
      const before = lockCount();
      // What is not known, or cannot be seen, is neither missing nor all that there was.
      const isAsMany = areAlone && own !== null && own === before && own > 0;
      // With any other number, stillness before all were seen to be back proves nothing: a client may have been cut off.
      const stillFor = isAsMany ? pace.stillFor : Math.min(pace.stillFor, performance.now() - began);
      const isMissing = before !== null && own !== null && own < before && stillFor < QUIET_MISSING;
      onReady(!isMissing);
      const reason = need ?? (isMissing ? `not all of ${before} locks are back` : null);
      if (reason !== null && reason !== kept) log('grace-kept', { reason });
      kept = reason;
      const quiet = pace.quiet(isAsMany);
      if (reason === null && stillFor >= quiet && !signal.aborted) {
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
