import { setTimeout as pause } from 'node:timers/promises';
import { sentenceOf } from '../fault.ts';
import type { Log } from '../node/event-log.ts';
import type { LockSight, ReclaimPace } from './reclaim-pace.ts';

/** What it takes to end the kernel's grace period before its time. */
export interface SettlingMeans {
  readonly isOn: () => Promise<boolean>;
  readonly end: () => Promise<void>;
  readonly countLocks: LockSight['countLocks'];
  /** What else on this node needs the grace period, in the eyes of the service of this name; null: nothing. */
  readonly neededBy: (service: string) => Promise<string | null>;
}

/** One service whose clients are all back. */
export interface Settling extends SettlingMeans {
  readonly service: string;
  readonly writes: LockSight['writes'];
  /** What was seen of the clients up to now. */
  readonly pace: ReclaimPace;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/**
 * Ends the grace period as soon as nothing on this node needs it and neither monitor records nor the number of locks have
 * changed for a while. @returns whether it was ended here; it can be over before, or `signal` be aborted, or the kernel
 * refuse. Never throws.
 */
export async function endWhenSettled(settling: Settling): Promise<boolean> {
  const { isOn, end, service, neededBy, countLocks, writes, pace, signal, log } = settling;
  try {
    let kept: string | null = null;
    while (!signal.aborted && (await isOn())) {
      const reason = await neededBy(service);
      // What needed the grace period until now is a movement: whoever was told last may be about to reclaim.
      pace.look(`${writes()} ${reason}`, await countLocks());
      if (reason !== null && reason !== kept) log('grace-kept', { reason });
      kept = reason;
      if (reason === null && pace.stillFor >= pace.quiet) {
        await end();
        log('grace-ended');
        return true;
      }
      await pause(pace.nextLook);
    }
  } catch (error) {
    log('grace-not-ended', { reason: sentenceOf(error) });
  }
  return false;
}
