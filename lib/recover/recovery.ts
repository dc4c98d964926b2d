import { setTimeout as pause } from 'node:timers/promises';
import { conveyPrivate, readConveyed } from '../convey/index.ts';
import { sentenceOf } from '../fault.ts';
import type { LockManager } from '../node/lock-manager.ts';
import { printable } from '../printable.ts';
import { type Change, clientsOf, type StoredFile } from '../store/index.ts';
import { RecoveryBook } from './book.ts';
import { certainGrace } from './certain-grace.ts';
import { forgotten } from './forgotten.ts';
import { graceNeeded } from './grace-needed.ts';
import { tellRound } from './round.ts';
import { targetsFor } from './targets.ts';
import type { Tell } from './triggers/types.ts';
import type { RecoveryEnd, RecoveryWorld } from './world.ts';

/** How often readiness, grace and the ledger are looked at, milliseconds. */
const LOOK_EVERY = 250;
/** When one address is up, the others get this long to follow, milliseconds. */
const OTHER_ADDRESSES_WITHIN = 5_000;
/** How often it is looked at, while no address is up, whether enough is left of grace, milliseconds. */
const LENGTH_EVERY = 2_000;

/**
 * Makes the clients that former epochs left reclaim their locks here: conveys their records, opens grace, waits until
 * a reclaim can succeed, tells them, and follows them until they are back or grace is over.
 */
export class Recovery {
  /** What it waits for, empty once clients are being told. */
  waitingFor: readonly string[] = [];
  /** Why clients cannot be told any more; null: they can. */
  trouble: string | null = null;
  readonly #world: RecoveryWorld;
  readonly #book: RecoveryBook;
  #conveyed: readonly StoredFile[] = [];
  #firstAddressAt: number | null = null;
  #lengthSeenAt = 0;

  constructor(world: RecoveryWorld) {
    this.#world = world;
    this.#book = new RecoveryBook(world.state());
  }

  /**
   * Conveys the records and opens grace where the lock manager runs already: all that must be done before clients can
   * reach the service. @param present files that were in the live `sm/` already, by the lock manager that runs now.
   * @param written files that statd wrote anew in this recovery while no keeper was there.
   */
  async prepare(present: Iterable<StoredFile>, written: Iterable<StoredFile> = []): Promise<void> {
    const { state, commit, conveyTo, log } = this.#world;
    const { inherited, stateNumber } = state();
    const aside = await conveyPrivate({
      ...conveyTo,
      files: inherited.values(),
      stateNumber: stateNumber ?? 1,
    });
    for (const { name, reason } of aside) log('set-aside', { file: printable(name), reason });
    const { files } = await readConveyed(conveyTo.dir);
    this.#conveyed = files;
    for (const { client } of targetsFor(files, this.#book.clients)) this.#book.conveyed(client);
    await commit(this.#book.take());
    log('conveyed', { clients: this.#book.clients.size });
    const way = await this.#makeWay();
    // Where their locks were not dropped, statd has no reason to write their lines anew.
    if (way === 'kept') {
      for (const client of clientsOf(present).keys()) this.#book.present(client);
      for (const file of written) this.#back(file);
    }
    await commit(this.#book.take());
  }

  /** A grace period in which clients were told already is not opened again: somebody may have their locks since. */
  async #makeWay(): Promise<'kept' | 'restarted'> {
    if (this.#world.trigger.tell === null) return this.#place();
    return this.#book.toldBefore ? 'kept' : this.#open();
  }

  /** How many answers clients have given up to now: each may have one reclaim more. */
  get heard(): number {
    return this.#book.heard;
  }

  /** Tells and follows the clients. Never throws; what hinders it is in `waitingFor` and `trouble`. */
  async run(signal: AbortSignal): Promise<RecoveryEnd> {
    const { tell } = this.#world.trigger;
    const end = tell === null ? await this.#followOthers(signal) : await this.#tellAndFollow(tell, signal);
    if (end === 'stopped') return end;
    const missed = this.#book.awaited().filter((client) => this.#book.phase(client) !== 'present');
    const ended: Change = { type: 'recovery-ended', at: Date.now() };
    const { state, sm, lockManager, commit, log } = this.#world;
    const gone = sm === null ? [] : forgotten(state(), new Set(missed), sm, await lockManager());
    await commit([...this.#book.take(), ended, ...gone]);
    log('recovery-ended', { end, clients: this.#book.clients.size, missed: missed.length });
    return end;
  }

  /** statd wrote this file anew. @returns what that means for the ledger, to be committed with the file. */
  seen(file: StoredFile): Change[] {
    this.#back(file);
    return this.#book.take();
  }

  /** The same, where nothing else has to be committed with it. */
  notice(file: StoredFile): void {
    this.#book.seen(file);
  }

  #back(file: StoredFile): void {
    for (const client of this.#book.seen(file)) this.#world.log('back', { client: printable(client) });
  }

  async #tellAndFollow(tell: Tell, signal: AbortSignal): Promise<RecoveryEnd> {
    let end: RecoveryEnd | 'again' = 'again';
    for (let round = 1; end === 'again'; round += 1) {
      this.waitingFor = [];
      const ready = await this.#becomeReady(signal, round);
      end =
        ready !== 'ready'
          ? ready
          : await tellRound({
              ...{ world: this.#world, book: this.#book, files: this.#conveyed, tell, signal },
              addresses: this.#addressesHere(),
              onHindrance: (reason) => {
                this.waitingFor = [reason];
              },
            });
    }
    return end;
  }

  /** Somebody else tells the clients: it is only seen who comes back. */
  async #followOthers(signal: AbortSignal): Promise<RecoveryEnd> {
    while (!signal.aborted) {
      await this.#place();
      if (this.#book.awaited().length === 0) return 'complete';
      const grace = await certainGrace(this.#world, await this.#world.lockManager());
      // Before the address is here, whoever tells the clients may still start the lock manager anew.
      if (grace === 'off' && this.#addressesHere().length > 0) return 'grace-over';
      await pause(LOOK_EVERY);
    }
    return 'stopped';
  }

  /** Waits until a reclaim can succeed. A grace period in which clients were told already is not opened again. */
  async #becomeReady(signal: AbortSignal, round: number): Promise<'ready' | RecoveryEnd> {
    while (!signal.aborted) {
      const lockManager = await this.#world.lockManager();
      const grace = await certainGrace(this.#world, lockManager);
      const here = this.#addressesHere();
      const isAnyTold = round > 1 || this.#book.toldBefore;
      if (grace === 'unknown') this.#book.doubtGrace();
      if (grace === 'off' && isAnyTold) return 'grace-over';
      if (grace === 'off' && here.length > 0) {
        this.trouble =
          'clients were not told: the address was here before grace was; place nfslock before the address';
        return 'too-late';
      }
      const isShort = grace === 'on' && here.length === 0 && !isAnyTold && (await this.#isShort(lockManager));
      if ((grace === 'off' || isShort) && (await this.#open()) === 'restarted') {
        await this.#world.commit(this.#book.take());
      }
      const former = this.waitingFor.join();
      this.waitingFor = await this.#missing(lockManager, grace, here);
      if (this.waitingFor.length > 0 && this.waitingFor.join() !== former)
        this.#world.log('waiting', { for: this.waitingFor });
      if (this.waitingFor.length === 0) {
        this.trouble = null;
        return signal.aborted ? 'stopped' : 'ready';
      }
      await pause(LOOK_EVERY);
    }
    return 'stopped';
  }

  /**
   * Has too much of grace gone by while the address was waited for? What comes last would be refused for good. Half of a
   * short one at least is left alone, for to open it anew may cost a neighbour's client that reclaims just then.
   */
  async #isShort(lockManager: LockManager | null): Promise<boolean> {
    if (performance.now() - this.#lengthSeenAt < LENGTH_EVERY) return false;
    this.#lengthSeenAt = performance.now();
    const { remaining, full } = await this.#world.graceTime(lockManager);
    const needed = Math.min(
      graceNeeded(this.#book.clients.size, full),
      (full ?? Number.POSITIVE_INFINITY) / 2,
    );
    return remaining !== null && remaining < needed;
  }

  async #missing(
    lockManager: LockManager | null,
    grace: 'on' | 'off' | 'unknown',
    here: readonly string[],
  ): Promise<string[]> {
    const { service } = this.#world;
    if (lockManager === null) return ['the lock manager to start'];
    this.#firstAddressAt = here.length === 0 ? null : (this.#firstAddressAt ?? Date.now());
    const absent = service.addresses.filter((address) => !here.includes(address));
    const waited =
      this.#firstAddressAt !== null && Date.now() - this.#firstAddressAt > OTHER_ADDRESSES_WITHIN;
    if (absent.length > 0 && !waited) return absent.map((address) => `address ${address}`);
    if (grace !== 'on') return ['grace to be on'];
    return await this.#world.lacking();
  }

  /** Opens grace on a warm lock manager, unless clients could already reach it: that would be too late to be safe. */
  async #open(): Promise<'kept' | 'restarted'> {
    const lockManager = await this.#world.lockManager();
    if (lockManager === null || this.#addressesHere().length > 0) return 'kept';
    try {
      const way = await this.#world.trigger.open(lockManager, this.#book.clients.size);
      this.trouble = null;
      this.#world.log('grace-opened', { lockManager: lockManager.identity, way });
      if (way === 'restarted') this.#book.dropped();
      return way;
    } catch (error) {
      this.trouble = `grace could not be opened: ${sentenceOf(error)}`;
      this.#world.log('grace-failed', { reason: sentenceOf(error) });
      await pause(1000);
      return 'kept';
    }
  }

  /** Puts the records where somebody else's status monitor will find them. */
  async #place(): Promise<'kept'> {
    try {
      this.trouble = await this.#world.trigger.place(this.#conveyed);
    } catch (error) {
      this.trouble = `records could not be conveyed: ${sentenceOf(error)}`;
    }
    return 'kept';
  }

  #addressesHere(): string[] {
    const local = this.#world.localAddresses();
    return this.#world.service.addresses.filter((address) => local.has(address));
  }
}
