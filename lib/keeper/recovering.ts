import { sentenceOf } from '../fault.ts';
import type { Service } from '../node/service.ts';
import { type LockSight, ReclaimPace } from '../recover/reclaim-pace.ts';
import { Recovery } from '../recover/recovery.ts';
import { endWhenSettled, type SettlingMeans } from '../recover/settled-grace.ts';
import type { RecoveryEnd, RecoveryWorld } from '../recover/world.ts';
import type { Change, StoredFile } from '../store/index.ts';
import type { Surroundings } from './surroundings.ts';

/** A recovery's world, and what it takes to end grace once it has settled. */
export interface RecoveringWorld extends RecoveryWorld {
  readonly service: RecoveryWorld['service'] & Pick<Service, 'name' | 'exports'>;
  readonly settling: SettlingMeans;
  readonly countLocks: Surroundings['countLocks'];
}

interface Running {
  readonly recovery: Recovery;
  readonly abort: AbortController;
  readonly since: number;
  readonly pace: ReclaimPace;
  /** Resolves when it has ended; null: it is being prepared. */
  ended: Promise<void> | null;
  /** Whether its clients are back with as many locks as before, or nothing moves any more: grace is about to be ended. */
  settling: boolean;
}

/** The recoveries of a keeper's service, one at a time. */
export class Recovering {
  readonly #world: RecoveringWorld;
  #running: Running | null = null;
  #trouble: string | null = null;
  #failed = false;
  /** Files that statd wrote. */
  #writes = 0;

  constructor(world: RecoveringWorld) {
    this.#world = world;
  }

  /** Whether a recovery is under way, the end of its grace included. */
  get running(): boolean {
    return this.#running !== null;
  }

  /** Former clients are being told, or will be again; or they are back, and grace is about to be ended; or neither. */
  get phase(): 'recovering' | 'settling' | 'capturing' {
    if (this.#running === null)
      return this.#failed && this.#world.state().inherited.size > 0 ? 'recovering' : 'capturing';
    return this.#running.settling ? 'settling' : 'recovering';
  }

  /** Whether the last one failed and has to be begun again. */
  get failed(): boolean {
    return this.#failed;
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
    this.#writes += 1;
    return this.#running?.recovery.seen(file) ?? [];
  }

  /**
   * Conveys the records and opens grace; then goes on by itself until the clients are back or grace is over.
   * @param present files that were in the live `sm/` already, by the lock manager that runs now.
   * @param written files that statd wrote anew since it was begun first, and no keeper saw
   * @throws what keeps it from being prepared; then nothing runs.
   */
  async begin(present: readonly StoredFile[], written: readonly StoredFile[] = []): Promise<void> {
    const recovery = new Recovery(this.#world);
    const abort = new AbortController();
    const pace = new ReclaimPace();
    const running: Running = { recovery, abort, pace, since: Date.now(), ended: null, settling: false };
    this.#running = running;
    this.#failed = false;
    this.#trouble = null;
    try {
      await recovery.prepare(present, written);
    } catch (error) {
      this.#trouble = `former clients could not be told: ${sentenceOf(error)}`;
      this.#failed = true;
      this.#running = null;
      throw error;
    }
    running.ended = this.#run(running);
  }

  async #run(running: Running): Promise<void> {
    const { recovery, abort } = running;
    const { log } = this.#world;
    try {
      const end: RecoveryEnd = await this.#observed(running, recovery.run(abort.signal));
      log('recovery', { end });
      this.#trouble = recovery.trouble;
      if (end === 'complete') await this.#settle(running);
    } catch (error) {
      log('recovery-failed', { reason: sentenceOf(error) });
      this.#trouble = `former clients could not be told: ${sentenceOf(error)}`;
      this.#failed = !abort.signal.aborted;
    }
    this.#running = null;
  }

  /** Looks, where grace is to end early, how quickly clients reclaim for as long as a recovery goes on. */
  async #observed<T>(running: Running, going: Promise<T>): Promise<T> {
    const { recovery, pace } = running;
    if (this.#world.service.graceEnd !== 'settled') return going;
    const over = new AbortController();
    const telling = () => recovery.waitingFor.length === 0;
    void pace.follow(this.#sight(running), telling, over.signal);
    return going.finally(() => over.abort());
  }

  /** Ends the grace period where that is wanted; where it cannot be, it ends by itself later. */
  async #settle(running: Running): Promise<void> {
    const { service, state, lockManager, settling, log } = this.#world;
    const { isOn, end } = settling;
    if (service.graceEnd !== 'settled' || (await lockManager())?.kind !== 'kernel') return;
    const { pace, abort } = running;
    await endWhenSettled({
      ...{ isOn, end, sight: this.#sight(running), pace, signal: abort.signal, log },
      lockCount: () => state().lockCount,
      areAlone: service.exports.length > 0,
      onReady: (isReady) => {
        running.settling = isReady;
      },
    });
  }

  #sight({ recovery }: Running): LockSight {
    const { service, state, countLocks, settling } = this.#world;
    return {
      countLocks: () => countLocks(service.exports),
      signs: () => this.#writes + recovery.heard,
      need: () => settling.neededBy(service.name, state().holder.lockManager),
    };
  }

  /** Tells nobody any more; nor is one that failed begun again. */
  abort(): void {
    this.#failed = false;
    this.#running?.abort.abort();
  }

  /** Tells nobody any more; resolves when the recovery that was under way has ended. */
  async breakOff(): Promise<void> {
    this.abort();
    await this.#running?.ended;
  }
}
