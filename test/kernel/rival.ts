import { setTimeout as delay } from 'node:timers/promises';
import { type Guest, until } from '../../scripts/kernel-lab/index.ts';
import { type LockAnswer, LockProcess, type Range } from '../../scripts/kernel-lab/locks.ts';

/**
 * Milliseconds for a competitor's attempt to be answered by a server that serves. Who asks while the address is nowhere waits
 * for its own kernel to connect again, up to a minute (fs/lockd/host.c NLM_HOST_REBIND).
 */
const ANSWERED_WITHIN = 150_000;

/**
 * A competitor for one lock, on another client: it tries without a pause. It never waits in the server for the lock, and while
 * the server is away or in grace, its kernel holds back the answer to the attempt that is under way.
 */
export class Rival {
  taken = false;
  /** How often it was told that somebody else has the lock. */
  refused = 0;
  readonly #process: LockProcess;
  readonly #range: Range;
  #over = false;
  #trying: Promise<void> = Promise.resolve();

  constructor(client: Guest, range: Range) {
    this.#process = LockProcess.start(client);
    this.#range = range;
  }

  begin(): void {
    this.#trying = this.#try();
    this.#trying.catch(() => undefined); // for who awaits the last try
  }

  async #try(): Promise<void> {
    while (!this.#over && !this.taken) {
      const { ok, error } = await this.#process.lock(this.#range);
      this.taken = ok;
      if (error === 'EAGAIN') this.refused += 1;
      await delay(200);
    }
  }

  /** Waits until an attempt that begins from now on is answered, or the lock is taken. */
  async answered(): Promise<void> {
    // the attempt that is under way may have been judged by the server before now
    const enough = this.refused + 2;
    await until(async () => this.taken || this.refused >= enough, {
      what: `the competitor for ${this.#range.file} is answered`,
      timeout: ANSWERED_WITHIN,
    });
  }

  /** A last try; one that is under way is waited for. */
  async last(): Promise<LockAnswer> {
    this.#over = true;
    await this.#trying;
    return this.#process.lock(this.#range);
  }

  /** Gives up what it has. */
  end(): Promise<void> {
    return this.#process.end();
  }
}
