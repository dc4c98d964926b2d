import { setTimeout as pause } from 'node:timers/promises';
import type { LockCount } from '../node/kernel-locks.ts';

/** What is seen of the locks on a node, and of those who are about to reclaim theirs. */
export interface LockSight {
  /** How many locks the lock manager holds, and how many of them are the service's own. */
  readonly countLocks: () => Promise<LockCount>;
  /** How many files statd has written, and how many answers have come, up to now: whoever it was may be about to reclaim. */
  readonly signs: () => number;
  /** What on this node needs the grace period besides the service's own clients, one sentence; null: nothing. */
  readonly need: () => Promise<string | null>;
}

/** What one look has found. */
export interface Seen {
  readonly need: string | null;
  readonly own: LockCount['own'];
}

/**
 * Nothing may move for so many times the longest pause that a client made between two of its locks. Of 200 locks of a
 * client, 0.2 s between two were seen on slow machines; lost packets make more of it.
 */
const TIMES_LONGEST_PAUSE = 5;
/**
 * Milliseconds for which nothing may move, at least: a client whose packet, and what it sent again, are both lost is
 * back after 600 (TCP waits 200 ms, then 400).
 */
const QUIET_LEAST = 1000;
/** The same where there are as many locks as before: one packet that is lost, and comes 200 later, is waited for. */
const [TIMES_WHEN_ALL, QUIET_ALL] = [2, 500];
/** For so long, milliseconds, where no client was seen to take one lock after another. */
const QUIET_UNSEEN = 2000;
/** A pause of this length, milliseconds, is taken for the one between two clients. */
const BETWEEN_CLIENTS = 1000;
/** Milliseconds between two looks while clients reclaim. */
const LOOK_EVERY = 100;
/** Milliseconds from one look to the next that are taken for stillness at most: while a host stood still, nobody looked. */
const LOOKED_AT = 3 * LOOK_EVERY;

/** How quickly clients were seen to reclaim one lock after another, and for how long nothing has moved. */
export class ReclaimPace {
  #others = '';
  #locks = 0;
  #moved = 0;
  #lookedAt = 0;
  /** Milliseconds since the last movement for which nobody looked. */
  #blind = 0;
  #longest: number | null = null;
  /** Milliseconds for which nothing was seen to move, at the last look. */
  stillFor = 0;

  /** @param others whatever else is a movement; a record too, which is written for a client's first lock alone. */
  look(others: string, locks: number, now = performance.now()): void {
    const paused = this.#lookedAt - this.#moved;
    const sameClient = others === this.#others && paused < BETWEEN_CLIENTS;
    if (sameClient && locks > this.#locks) this.#longest = Math.max(paused, this.#longest ?? 0);
    this.#blind += Math.max(0, now - this.#lookedAt - LOOKED_AT);
    if (others !== this.#others || locks !== this.#locks) [this.#moved, this.#blind] = [now, 0];
    this.#others = others;
    this.#locks = locks;
    this.#lookedAt = now;
    this.stillFor = now - this.#moved - this.#blind;
  }

  /**
   * For how many milliseconds nothing may move before all locks are taken to be back.
   * @param asMany whether there are as many locks as before; no proof, for they were counted some time before it happened.
   */
  quiet(asMany: boolean): number {
    if (asMany) return Math.max((this.#longest ?? 0) * TIMES_WHEN_ALL, QUIET_ALL);
    if (this.#longest === null) return QUIET_UNSEEN;
    return Math.max(this.#longest * TIMES_LONGEST_PAUSE, QUIET_LEAST);
  }

  /**
   * Looks. What needed the grace period until now is a movement: whoever was told last may be about to reclaim.
   * @throws Error where the locks cannot be counted.
   */
  async see({ countLocks, signs, need }: LockSight): Promise<Seen> {
    const reason = await need();
    const { all, own } = await countLocks();
    this.look(`${signs()} ${reason}`, all);
    return { need: reason, own };
  }

  /** Milliseconds until the next look, which is to be there when nothing has moved for long enough. */
  nextLook(quiet: number): number {
    const left = quiet - this.stillFor;
    return left > 0 ? Math.min(left, LOOK_EVERY) : LOOK_EVERY;
  }

  /** Looks again and again, while `worthwhile`, until the signal. Never rejects: what cannot be seen is not seen. */
  async follow(sight: LockSight, worthwhile: () => boolean, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(LOOK_EVERY);
      if (worthwhile()) await this.see(sight).catch(() => undefined);
    }
  }
}
