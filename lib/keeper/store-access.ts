import { Fault, sentenceOf } from '../fault.ts';

/** Every so many beats: nobody changes owners and modes every minute, and each look costs two calls of the storage. */
const EVERY = 5;

/**
 * Whether the next owner will believe the lock store: somebody may have gone over it with `chmod -R` or `chown -R`, and it
 * is better told now than by a failover that cannot start.
 */
export class StoreAccess {
  /** Why the next owner would not, and what to do; null: he would, as far as is known. */
  trouble: string | null = null;
  readonly #check: () => Promise<void>;
  #beats = 0;

  /** @param check asks the storage; rejects where it is so, or where the storage does not say. */
  constructor(check: () => Promise<void>) {
    this.#check = check;
  }

  /** Looks, once in a while; to be called with each beat. Never rejects. */
  async look(): Promise<void> {
    this.#beats += 1;
    if (this.#beats % EVERY !== 1) return;
    try {
      await this.#check();
      this.trouble = null;
    } catch (error) {
      if (error instanceof Fault && error.code === 'not-ours') this.trouble = sentenceOf(error);
    }
  }
}
