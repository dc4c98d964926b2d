import { setTimeout as pause } from 'node:timers/promises';
import { sentenceOf } from '../fault.ts';
import type { Change } from '../store/index.ts';

/** A commit that failed is tried again after this time, milliseconds. */
const AGAIN_AFTER = 500;

/**
 * Makes changes durable in the order in which they come, however often the storage fails or however long it hangs.
 * What comes while a commit is under way goes into the next one together.
 */
export class DurableWriter {
  /** What the storage said last; null: the last commit succeeded. */
  trouble: string | null = null;
  readonly #commit: (changes: readonly Change[]) => Promise<void>;
  #waiting: { readonly changes: readonly Change[]; readonly since: number; readonly done: () => void }[] = [];
  #oldest: number | null = null;
  #running = false;

  constructor(commit: (changes: readonly Change[]) => Promise<void>) {
    this.#commit = commit;
  }

  /** Milliseconds that the oldest change has waited; 0: everything is durable. */
  get lag(): number {
    return this.#oldest === null ? 0 : Date.now() - this.#oldest;
  }

  /** Resolves when the changes are durable; never rejects. */
  push(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return Promise.resolve();
    return new Promise((done) => this.#wait(changes, done));
  }

  /** Resolves when everything that was pushed is durable. */
  allDurable(): Promise<void> {
    return this.#running ? new Promise((done) => this.#wait([], done)) : Promise.resolve();
  }

  #wait(changes: readonly Change[], done: () => void): void {
    this.#waiting.push({ changes, since: Date.now(), done });
    this.#oldest ??= Date.now();
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      await this.#untilDurable(batch.flatMap(({ changes }) => changes));
      this.#oldest = this.#waiting[0]?.since ?? null;
      for (const { done } of batch) done();
    }
    this.#running = false;
  }

  async #untilDurable(changes: readonly Change[]): Promise<void> {
    for (;;) {
      try {
        await this.#commit(changes);
        this.trouble = null;
        return;
      } catch (error) {
        this.trouble = sentenceOf(error);
        await pause(AGAIN_AFTER);
      }
    }
  }
}
