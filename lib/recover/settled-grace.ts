import { setTimeout as pause } from 'node:timers/promises';
import { sentenceOf } from '../fault.ts';
import type { Log } from '../node/event-log.ts';

/** What it takes to end the kernel's grace period before its time. */
export interface SettlingMeans {
  readonly isOn: () => Promise<boolean>;
  readonly end: () => Promise<void>;
  /** How many locks the lock manager holds. */
  readonly countLocks: () => Promise<number>;
  /** What else on this node needs the grace period, in the eyes of the service of this name; null: nothing. */
  readonly neededBy: (service: string) => Promise<string | null>;
}

/** One service whose clients are all back. */
export interface Settling extends SettlingMeans {
  readonly service: string;
  /** How many files statd has written up to now. */
  readonly writes: () => number;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Milliseconds for which nothing may have moved; default: stillnessAfter() what was seen. */
  readonly quiet?: number;
}

/**
 * Nothing may move for so many times the longest pause that a client made between two of its locks. Of 200 locks of a
 * client, 0.2 s between two were seen on slow machines; lost packets make more of it.
 */
const TIMES_LONGEST_PAUSE = 5;
/** Milliseconds for which nothing may move, at least and at most. */
const [QUIET_LEAST, QUIET_MOST] = [1000, 5000];
/** For so long, milliseconds, where no client was seen to take one lock after another. */
const QUIET_UNSEEN = 2000;
/** How often that is looked at, milliseconds. */
const LOOK_EVERY = 100;

/**
 * Ends the grace period as soon as nothing on this node needs it and neither monitor records nor the number of locks have
 * changed for a while. @returns whether it was ended here; it can be over before, or `signal` be aborted, or the kernel
 * refuse. Never throws.
 */
export async function endWhenSettled(settling: Settling): Promise<boolean> {
  const { isOn, end, service, neededBy, signal, log } = settling;
  try {
    const still = stillness(settling);
    let kept: string | null = null;
    while (!signal.aborted && (await isOn())) {
      const reason = await neededBy(service);
      const quiet = await still(reason);
      if (reason !== null && reason !== kept) log('grace-kept', { reason });
      kept = reason;
      if (quiet && reason === null) {
        await end();
        log('grace-ended');
        return true;
      }
      await pause(LOOK_EVERY);
    }
  } catch (error) {
    log('grace-not-ended', { reason: sentenceOf(error) });
  }
  return false;
}

/**
 * Says, each time it is called, whether nothing has moved for long enough. What needed the grace period until now is a
 * movement as well: whoever was told last may be about to reclaim.
 */
function stillness({ countLocks, writes, quiet }: Settling) {
  let seen = { others: '', locks: 0 };
  let moved = 0;
  let stillFor = 0;
  let longest: number | null = null;
  return async (reason: string | null) => {
    const now = { others: `${writes()} ${reason}`, locks: await countLocks() };
    // A record is written for a client's first lock alone: between two locks without one, a client was at work.
    if (now.others === seen.others && now.locks > seen.locks) longest = Math.max(stillFor, longest ?? 0);
    if (now.others !== seen.others || now.locks !== seen.locks) moved = performance.now();
    seen = now;
    stillFor = performance.now() - moved;
    return stillFor >= (quiet ?? stillnessAfter(longest));
  };
}

/** @param longest milliseconds of the longest pause between two locks of a client; null: none was seen. */
export function stillnessAfter(longest: number | null): number {
  if (longest === null) return QUIET_UNSEEN;
  return Math.min(Math.max(longest * TIMES_LONGEST_PAUSE, QUIET_LEAST), QUIET_MOST);
}
