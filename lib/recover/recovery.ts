import { setTimeout as pause } from 'node:timers/promises';
import { conveyPrivate, type Owner, readConveyed } from '../convey/index.ts';
import { sentenceOf } from '../fault.ts';
import type { Log } from '../node/event-log.ts';
import type { LockManager } from '../node/lock-manager.ts';
import type { Resolver } from '../node/resolver.ts';
import type { Service } from '../node/service.ts';
import { nextStateNumber } from '../nsm/state-number.ts';
import { printable } from '../printable.ts';
import { type Change, clientsOf, type StoredFile, type StoreState } from '../store/index.ts';
import { announcementsFor } from './announcements.ts';
import { RecoveryBook } from './book.ts';
import { notifyClients } from './notifier/index.ts';
import { targetsFor } from './targets.ts';

/** This node and the lock store, as a recovery sees them. */
export interface RecoveryWorld {
  readonly service: Service;
  readonly state: () => StoreState;
  /** Resolves when the changes are durable. */
  readonly commit: (changes: readonly Change[]) => Promise<void>;
  readonly lockManager: () => Promise<LockManager | null>;
  /** @throws Fault where it cannot be asked. */
  readonly isGraceOn: (kind: LockManager['kind']) => Promise<boolean>;
  readonly openGrace: (kind: LockManager['kind']) => Promise<void>;
  readonly localAddresses: () => ReadonlySet<string>;
  /** What a reclaim needs besides address and grace and does not find yet. */
  readonly lacking: () => Promise<string[]>;
  /** The number that this node's own status monitor announces. */
  readonly localStateNumber: () => Promise<number | null>;
  readonly resolver: Resolver;
  /** The private statd directory, and who owns what is in it. */
  readonly conveyTo: { readonly dir: string; readonly owner: Owner };
  readonly log: Log;
}

/** How a recovery ended: `complete` (see RecoveryBook.isDone), grace over, none to be had, or broken off. */
export type RecoveryEnd = 'complete' | 'grace-over' | 'too-late' | 'stopped';

/** How often readiness, grace and the ledger are looked at, milliseconds. */
const LOOK_EVERY = 250;
/** A client that answered but is not back by now is told again with a new number, milliseconds. */
const TELL_AGAIN_AFTER = 10_000;
/** When one address is up, the others get this long to follow, milliseconds. */
const OTHER_ADDRESSES_WITHIN = 5_000;
/** A lock manager this young may not have begun its grace period yet, milliseconds. */
const YOUNG = 5_000;
/** How long reverse DNS may take to say how clients call us, milliseconds. */
const NAMES_WITHIN = 1_500;

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

  constructor(world: RecoveryWorld) {
    this.#world = world;
    this.#book = new RecoveryBook(world.state());
  }

  /**
   * Conveys the records and opens grace where the lock manager runs already: all that must be done before clients can
   * reach the service. @param present files that were in the live `sm/` already, by the lock manager that runs now.
   */
  async prepare(present: Iterable<StoredFile>): Promise<void> {
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
    for (const client of clientsOf(present).keys()) this.#book.present(client);
    await commit(this.#book.take());
    log('conveyed', { clients: this.#book.clients.size });
    await this.#openGrace();
  }

  /** Tells and follows the clients. Never throws; what hinders it is in `waitingFor` and `trouble`. */
  async run(signal: AbortSignal): Promise<RecoveryEnd> {
    const end = await this.#follow(signal);
    if (end === 'stopped') return end;
    const open = this.#book.open();
    await this.#world.commit([...this.#book.take(), { type: 'recovery-ended', at: Date.now() }]);
    this.#world.log('recovery-ended', {
      end,
      clients: this.#book.clients.size,
      missed: open.filter((client) => this.#book.phase(client) !== 'present').length,
    });
    return end;
  }

  /** statd wrote this file anew. @returns what that means for the ledger, to be committed with the file. */
  seen(file: StoredFile): Change[] {
    for (const client of this.#book.seen(file)) this.#world.log('back', { client: printable(client) });
    return this.#book.take();
  }

  async #follow(signal: AbortSignal): Promise<RecoveryEnd> {
    let end: RecoveryEnd | 'again' = 'again';
    for (let round = 1; end === 'again'; round += 1) {
      const ready = await this.#becomeReady(signal, round);
      end = ready === 'ready' ? await this.#round(signal) : ready;
    }
    return end;
  }

  /** Waits until a reclaim can succeed. A grace period in which clients were told already is not opened again. */
  async #becomeReady(signal: AbortSignal, round: number): Promise<'ready' | RecoveryEnd> {
    while (!signal.aborted) {
      const lockManager = await this.#world.lockManager();
      const grace = await this.#grace(lockManager);
      const here = this.#addressesHere();
      if (grace === 'off' && (round > 1 || this.#book.toldBefore)) return 'grace-over';
      if (grace === 'off' && here.length > 0) {
        this.trouble =
          'clients were not told: the address was here before grace was; place nfslock before the address';
        return 'too-late';
      }
      if (grace === 'off') await this.#openGrace();
      this.waitingFor = await this.#missing(lockManager, grace, here);
      if (this.waitingFor.length === 0) return signal.aborted ? 'stopped' : 'ready';
      await pause(LOOK_EVERY);
    }
    return 'stopped';
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

  /** Tells everyone who is not back, with a number of this round's own, until something calls for another round. */
  async #round(signal: AbortSignal): Promise<RecoveryEnd | 'again'> {
    const { service, commit, state, resolver, log } = this.#world;
    const addresses = this.#addressesHere();
    const announcements = await announcementsFor({ ...service, addresses }, resolver, NAMES_WITHIN);
    const number = nextStateNumber({
      stored: state().stateNumber,
      local: await this.#world.localStateNumber(),
      now: Date.now(),
    });
    await commit([{ type: 'number', number }]);
    // Making the number durable may have taken its time: grace is looked at once more before the first packet.
    if ((await this.#grace(await this.#world.lockManager())) === 'off') return 'grace-over';
    const round = new AbortController();
    const stop = () => round.abort();
    signal.addEventListener('abort', stop);
    this.#book.beginRound();
    const targets = targetsFor(this.#conveyed, new Set(this.#book.open()));
    log('telling', { clients: targets.length, number, names: announcements.map(({ name }) => name) });
    const telling = notifyClients({
      ...{ targets, announcements, stateNumber: number, sourcePort: 0, signal: round.signal, resolver },
      onResult: (result) => this.#book.result(result, number, announcements.length),
      onClient: (client, outcome) => log('client', { client: printable(client), outcome, number }),
    }).catch((error: unknown) => {
      this.waitingFor = [`the notifications to be sent (${sentenceOf(error)})`];
    });
    try {
      return await this.#watchRound(signal, number);
    } finally {
      round.abort();
      signal.removeEventListener('abort', stop);
      await telling;
      await commit(this.#book.take());
    }
  }

  async #watchRound(signal: AbortSignal, number: number): Promise<RecoveryEnd | 'again'> {
    const { service } = this.#world;
    const again = Date.now() + TELL_AGAIN_AFTER;
    while (!signal.aborted) {
      await pause(LOOK_EVERY);
      const changes = this.#book.take();
      if (changes.length > 0) await this.#world.commit(changes);
      if (this.#book.isDone(service.graceEnd === 'settled')) return 'complete';
      if ((await this.#grace(await this.#world.lockManager())) === 'off') return 'grace-over';
      const blocked = this.waitingFor.length > 0;
      if (blocked) {
        await pause(1000);
        this.waitingFor = [];
        return 'again';
      }
      if (this.#book.isAnyToldInVain(number) && Date.now() > again) return 'again';
    }
    return 'stopped';
  }

  /** `off` only where it is certain: asked twice, of a lock manager that is no longer starting. */
  async #grace(lockManager: LockManager | null): Promise<'on' | 'off' | 'unknown'> {
    if (lockManager === null) return 'unknown';
    try {
      if (await this.#world.isGraceOn(lockManager.kind)) return 'on';
      if (Date.now() - lockManager.startedAt < YOUNG) return 'unknown';
      await pause(50);
      return (await this.#world.isGraceOn(lockManager.kind)) ? 'on' : 'off';
    } catch (error) {
      this.#world.log('grace-unknown', { reason: sentenceOf(error) });
      return 'unknown';
    }
  }

  /** Opens grace on a warm lock manager, unless clients could already reach it: that would be too late to be safe. */
  async #openGrace(): Promise<void> {
    const lockManager = await this.#world.lockManager();
    if (lockManager === null || this.#addressesHere().length > 0) return;
    try {
      await this.#world.openGrace(lockManager.kind);
      this.trouble = null;
      this.#world.log('grace-opened', { lockManager: lockManager.identity });
    } catch (error) {
      this.trouble = `grace could not be opened: ${sentenceOf(error)}`;
      this.#world.log('grace-failed', { reason: sentenceOf(error) });
      await pause(1000);
    }
  }

  #addressesHere(): string[] {
    const local = this.#world.localAddresses();
    return this.#world.service.addresses.filter((address) => local.has(address));
  }
}
