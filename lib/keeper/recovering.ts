import { sentenceOf } from '../fault.ts';
import { Recovery } from '../recover/recovery.ts';
import type { RecoveryEnd, RecoveryWorld } from '../recover/world.ts';
import type { Change, StoredFile } from '../store/index.ts';

interface Running {
  readonly recovery: Recovery;
  readonly abort: AbortController;
  readonly since: number;
  /** Resolves when it has ended; null: it is being prepared. */
  ended: Promise<void> | null;
}

/** The recoveries of a keeper's service, one at a time. */
export class Recovering {
  readonly #world: RecoveryWorld;
  #running: Running | null = null;
  #trouble: string | null = null;
  #unprepared = false;

  constructor(world: RecoveryWorld) {
    this.#world = world;
  }

  /** Whether former clients are being told. */
  get running(): boolean {
    return this.#running !== null;
  }

  /** Whether the last one could not be prepared and has to be begun again. */
  get unprepared(): boolean {
    return this.#unprepared;
  }

  /** What hinders this recovery, or hindered the last one; null: nothing. */
  get trouble(): string | null {
    return this.#running?.recovery.trouble ?? this.#trouble;
  }

  /** What it waits for, empty once clients are being told. */
  get waitingFor(): readonly string[] {
    return this.#running?.recovery.waitingFor ?? [];
  }

  /** Milliseconds since it began; 0: none is under way. */
  get waited(): number {
    return this.#running === null ? 0 : Date.now() - this.#running.since;
  }

  /** statd wrote this file anew. @returns what that means for the ledger, to be committed with the file. */
  seen(file: StoredFile): Change[] {
    return this.#running?.recovery.seen(file) ?? [];
  }

  /**
   * Conveys the records and opens grace; then goes on by itself until the clients are back or grace is over.
   * @param present files that were in the live `sm/` already, by the lock manager that runs now.
   * @throws what keeps it from being prepared; then nothing runs.
   */
  async begin(present: readonly StoredFile[]): Promise<void> {
    const recovery = new Recovery(this.#world);
    const running: Running = { recovery, abort: new AbortController(), since: Date.now(), ended: null };
    this.#running = running;
    this.#unprepared = false;
    this.#trouble = null;
    try {
      await recovery.prepare(present);
    } catch (error) {
      this.#trouble = `former clients could not be told: ${sentenceOf(error)}`;
      this.#unprepared = true;
      this.#running = null;
      throw error;
    }
    running.ended = this.#run(running);
  }

  async #run({ recovery, abort }: Running): Promise<void> {
    const { log } = this.#world;
    try {
      const end: RecoveryEnd = await recovery.run(abort.signal);
      log('recovery', { end });
      this.#trouble = recovery.trouble;
    } catch (error) {
      log('recovery-failed', { reason: sentenceOf(error) });
      this.#trouble = `former clients could not be told: ${sentenceOf(error)}`;
    }
    this.#running = null;
  }

  /** Tells nobody any more. */
  abort(): void {
    this.#running?.abort.abort();
  }

  /** Tells nobody any more; resolves when the recovery that was under way has ended. */
  async breakOff(): Promise<void> {
    this.abort();
    await this.#running?.ended;
  }
}
