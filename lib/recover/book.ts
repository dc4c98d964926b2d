import type { Change, LedgerEntry, Phase, StoredFile, StoreState } from '../store/index.ts';
import { clientsIn, clientsOf, isTold } from '../store/index.ts';
import type { NotifyResult } from './notifier/index.ts';

/** After its last answer, a client's reclaim may take so long, milliseconds: its connection may have to be made anew. */
const RECLAIMS_WITHIN = 15_000;

/**
 * The ledger of one recovery: the clients that former epochs left, and what became of each. What changes
 * in it goes to the store in batches.
 */
export class RecoveryBook {
  /** When each client had answered all names of a round, milliseconds since 1970, round after round. */
  readonly #answers = new Map<string, number[]>();
  readonly clients: ReadonlySet<string>;
  /** How many answers have come. */
  heard = 0;
  /** Whether an earlier keeper of this epoch's holder had begun to tell them. */
  readonly toldBefore: boolean;
  readonly #entries = new Map<string, LedgerEntry>();
  /** Clients whose entry has changed since it was last taken. */
  readonly #changed = new Set<string>();
  /** Names that each client has answered in the present round. */
  readonly #answered = new Map<string, Set<string>>();
  /** Names that the present round announces. */
  #announced: readonly string[] = [];
  /** Clients that have answered all of them in it. */
  readonly #complete = new Set<string>();
  /** Clients that statd wrote lines of anew before they were told of a name, for another service's locks or by another name. */
  readonly #backUntold = new Set<string>();
  /** Clients that have answered all names of a round, and all these names. */
  readonly #told = new Map<string, readonly string[]>();

  constructor({ inherited, ledger }: Pick<StoreState, 'inherited' | 'ledger'>) {
    this.clients = new Set(clientsOf(inherited.values()).keys());
    this.toldBefore = [...this.clients].some((client) => (ledger.get(client)?.number ?? null) !== null);
    for (const client of this.clients) {
      const found = ledger.get(client) ?? recorded(client);
      const entry = found.phase === 'missed' ? recorded(client) : found;
      this.#entries.set(client, entry);
      if (entry.phase === 'back' && !isTold(entry)) this.#backUntold.add(client);
      if (isTold(entry) && entry.phase !== 'present') this.#told.set(client, Object.keys(entry.names));
    }
  }

  entry(client: string): LedgerEntry {
    return this.#entries.get(client) ?? recorded(client);
  }

  phase(client: string): Phase {
    return this.entry(client).phase;
  }

  /** Conveyed, unless it is further on already. */
  conveyed(client: string): void {
    if (this.phase(client) === 'recorded') this.#note(client, { phase: 'conveyed' });
  }

  /** Its own line is in the live `sm/` since before the recovery; one that has answered by now was not seen so before. */
  present(client: string): void {
    if (!this.clients.has(client)) return;
    if (['recorded', 'conveyed'].includes(this.phase(client))) this.#note(client, { phase: 'present' });
  }

  /** The lock manager has dropped all locks: whose line was there is expected like any other. */
  dropped(): void {
    for (const client of this.clients)
      if (this.phase(client) === 'present') this.#note(client, { phase: 'conveyed' });
  }

  /** statd wrote lines anew: whoever they are about and was still expected is back. @returns how many are. */
  seen(file: StoredFile): string[] {
    const back = [...clientsIn(file)].filter(
      (client) => this.clients.has(client) && this.phase(client) !== 'back',
    );
    for (const client of back) {
      if (!this.#told.has(client) && !this.#answered.has(client)) this.#backUntold.add(client);
      this.#note(client, { phase: 'back' });
    }
    return back;
  }

  /** @param names which are announced in it */
  beginRound(names: readonly string[] = []): void {
    this.#announced = names;
    this.#answered.clear();
    this.#complete.clear();
    // A name that comes later brings locks of which no line will tell.
    for (const client of this.open()) if (this.phase(client) === 'back') this.#backUntold.add(client);
  }

  result({ client, name, outcome }: NotifyResult, number: number, announced: number): void {
    const answered = this.#answered.get(client) ?? new Set();
    if (outcome === 'answered') {
      this.heard += 1;
      this.#answered.set(client, answered.add(name));
    }
    const { phase, names } = this.entry(client);
    if (answered.size >= announced && !this.#complete.has(client)) {
      this.#complete.add(client);
      this.#told.set(client, [...(this.#told.get(client) ?? []), ...this.#announced]);
      this.#answers.set(client, [...(this.#answers.get(client) ?? []), Date.now()]);
    }
    const reached: Phase = this.#complete.has(client) ? 'told' : answered.size > 0 ? 'answered' : phase;
    const settled = phase === 'back' || phase === 'present' || phase === 'told';
    this.#note(client, { phase: settled ? phase : reached, number, names: { ...names, [name]: outcome } });
  }

  /**
   * It is not known whether grace was on all the time: whoever was present is told once more. Who has reclaimed already must
   * not have to do so again without need: what comes as grace ends is refused, and then forgotten for good.
   */
  doubtGrace(): void {
    for (const client of this.clients) if (this.phase(client) === 'present') this.#told.delete(client);
  }

  /** Is there a client that has answered all names in the present round, with this number, and may still come back? */
  isAnyToldInVain(number: number): boolean {
    return this.open().some((client) => {
      const entry = this.entry(client);
      if (!this.#answered.has(client) || entry.phase !== 'told' || entry.number !== number) return false;
      return !this.isHopeless(client);
    });
  }

  /**
   * Can no more come? @param givingUp whether grace is to end then: hopeless clients are not waited for, but whoever may
   * still be reclaiming unseen is.
   * @param targets who is told in this round: nobody else who is back can be waited for.
   */
  isDone(givingUp: boolean, targets: ReadonlySet<string>): boolean {
    const open = this.open().every(
      (client) =>
        (givingUp && this.isHopeless(client)) || (this.phase(client) === 'back' && !targets.has(client)),
    );
    return open && !(givingUp && [...this.clients].some((client) => this.#mayReclaimUnseen(client)));
  }

  /**
   * Its line was there before, or was written anew for another service's locks, so that statd does not write it anew when it
   * reclaims, and it was told not long ago.
   */
  #mayReclaimUnseen(client: string, now = Date.now()): boolean {
    const told = this.#answers.get(client)?.at(-1);
    const isUnseen = this.phase(client) === 'present' || this.#backUntold.has(client);
    return isUnseen && told !== undefined && now - told < RECLAIMS_WITHIN;
  }

  /**
   * Has it answered all names in two rounds, and not come since? It has no locks to reclaim, most likely: a record stays
   * in `sm/` long after the last lock.
   */
  isHopeless(client: string, now = Date.now()): boolean {
    const [, second] = this.#answers.get(client) ?? [];
    return second !== undefined && now - second >= RECLAIMS_WITHIN;
  }

  /**
   * Clients to be told: all that are not back, and where they are, or their line was there before, not yet told every name
   * that is announced. One that is back without having been told came because of another service, or of the node's own
   * exports: by this service's names it has not reclaimed yet.
   */
  open(): string[] {
    return [...this.clients].filter((client) => {
      const phase = this.phase(client);
      const names = phase === 'back' || phase === 'present' ? this.#told.get(client) : undefined;
      return names === undefined || !this.#announced.every((name) => names.includes(name));
    });
  }

  /** Clients that are not back. */
  awaited(): string[] {
    return [...this.clients].filter((client) => this.phase(client) !== 'back');
  }

  /** What was taken, and could not be made durable, is to be taken again. */
  owe(changes: readonly Change[]): void {
    for (const change of changes) if (change.type === 'noted') this.#changed.add(change.entry.client);
  }

  /** What has changed since the last call, for the store. */
  take(): Change[] {
    const changes = [...this.#changed].map(
      (client): Change => ({ type: 'noted', entry: this.entry(client) }),
    );
    this.#changed.clear();
    return changes;
  }

  #note(client: string, news: Partial<LedgerEntry>): void {
    this.#entries.set(client, { ...this.entry(client), ...news, at: Date.now() });
    this.#changed.add(client);
  }
}

function recorded(client: string): LedgerEntry {
  return { client, phase: 'recorded', number: null, names: {}, at: Date.now() };
}
