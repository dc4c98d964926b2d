import { Fault } from '../fault.ts';
import { Serial } from '../serial.ts';
import { setRoomAside } from './ballast.ts';
import { baseLines } from './base.ts';
import { encodeEntry, type Header, headerOf } from './entry.ts';
import type { JournalId } from './journal-name.ts';
import { JournalWriter } from './journal-writer.ts';
import {
  checkAccess,
  type Place,
  refuseElsewhere,
  remakeDirectory,
  removeJournals,
  type Standing,
  standingOf,
} from './place.ts';
import { inFormat } from './record-format.ts';
import { applyChange, type WorkingState } from './reducer.ts';
import type { Change, StoreState } from './state.ts';

/** The lock store in the hands of its owner. */
export interface Store {
  /** A live view of what is durable: it follows every commit. */
  readonly state: StoreState;
  /**
   * Makes changes durable, in order, and then part of the state. Commits that are given while one is on its way go
   * together, in one write and one fdatasync.
   * @throws Fault `failed`: none of these changes counts. After a crash before the next commit they may be found.
   */
  commit(changes: readonly Change[]): Promise<void>;
  /** Whether no later epoch has been claimed and ours is still there. @throws Fault `failed` */
  isOwner(): Promise<boolean>;
  /** The same, with what is the matter. @throws Fault `failed` */
  standing(): Promise<Standing>;
  /**
   * Writes the journal anew with all that is known, where somebody has removed, moved or replaced it, and its directory.
   * @throws Fault `failed` where that cannot be done or its file system is not there, `not-ours` for what is there instead
   */
  restore(): Promise<void>;
  /** @throws Fault `not-ours` where the next owner would not believe what is written here, `failed` */
  checkAccess(): Promise<void>;
  /** Sets room aside for the claim of the next epoch, unless it is. @throws Fault `failed` where there is none */
  setRoomAside(): Promise<void>;
  /** Waits for commits that are on their way; nothing can be committed any more. */
  close(): Promise<void>;
}

interface Commit {
  readonly changes: readonly Change[];
  readonly lines: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** How a step of a rotation gets at the disk: in turn with commits, or at once from within one. */
type Turn = <T>(step: () => Promise<T>) => Promise<T>;

export class JournalStore implements Store {
  readonly #place: Place;
  readonly #device: number;
  readonly #state: WorkingState;
  readonly #serial = new Serial();
  #journal: JournalWriter;
  #generation: number;
  /** Lines in the journal. */
  #lines: number;
  /** Generations before the journal's that are still there. */
  #older: JournalId[] = [];
  #pending: Commit[] = [];
  /** Changes that became durable in the journal since its successor was begun; null: none is being written. */
  #meanwhile: Change[] | null = null;
  #compaction: Promise<void> = Promise.resolve();
  /** Not before the journal has this many lines: a compaction that failed is not tried again with each commit. */
  #patience = 0;
  #closed = false;

  /** @param device that of the file system which the store is on @param lines in the journal */
  constructor(place: Place, device: number, state: WorkingState, journal: JournalWriter, lines: number) {
    this.#place = place;
    this.#device = device;
    this.#state = state;
    this.#journal = journal;
    this.#generation = journal.id.generation;
    this.#lines = lines;
  }

  get state(): StoreState {
    return this.#state;
  }

  commit(changes: readonly Change[]): Promise<void> {
    if (this.#closed) return Promise.reject(new Fault('failed', 'the lock store is closed'));
    const kept = changes.map((change) => this.#kept(change));
    const lines = kept.map(encodeEntry).join('');
    return new Promise((resolve, reject) => {
      this.#pending.push({ changes: kept, lines, resolve, reject });
      if (this.#pending.length === 1) this.#serial.run(() => this.#flush());
    });
  }

  async isOwner(): Promise<boolean> {
    return (await this.standing()) === 'ours';
  }

  standing(): Promise<Standing> {
    return this.#serial.run(() => this.#standing());
  }

  restore(): Promise<void> {
    return this.#serial.run(async () => {
      if (this.#closed || (await this.#standing()) !== 'gone') return;
      await remakeDirectory(this.#place, this.#device);
      await this.#rotate((step) => step());
    });
  }

  checkAccess(): Promise<void> {
    return this.#serial.run(() => checkAccess(this.#place, this.#journal.id));
  }

  setRoomAside(): Promise<void> {
    return setRoomAside(this.#place, this.#journal.size, (step) => this.#serial.run(step));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#compaction;
    await this.#serial.run(() => this.#journal.close());
  }

  #standing(): Promise<Standing> {
    return standingOf(this.#place, this.#journal, this.#state);
  }

  /** A change as this store keeps it: its writer need not know of formats. */
  #kept(change: Change): Change {
    if (change.type !== 'captured') return change;
    return { ...change, file: inFormat(this.#state.format, change.file) };
  }

  async #flush(): Promise<void> {
    const batch = this.#pending;
    this.#pending = [];
    try {
      if (!this.#journal.sound) await this.#rotate((step) => step());
      await this.#journal.append(batch.map((commit) => commit.lines).join(''));
    } catch (error) {
      for (const commit of batch) commit.reject(error);
      return;
    }
    for (const { changes, resolve } of batch) {
      for (const change of changes) {
        applyChange(this.#state, change);
        this.#meanwhile?.push(change);
      }
      this.#lines += changes.length;
      resolve();
    }
    this.#compactWhenGrown();
  }

  #compactWhenGrown(): void {
    const { current, inherited, ledger } = this.#state;
    const live = current.size + inherited.size + ledger.size;
    if (this.#meanwhile !== null || this.#closed) return;
    if (this.#lines <= Math.max(2 * live + this.#place.slack, this.#patience)) return;
    this.#compaction = this.#rotate((step) => this.#serial.run(step)).catch(() => {
      this.#patience = this.#lines + this.#place.slack;
    });
  }

  /**
   * Writes the next generation and goes over to it. Between its steps commits go on, durable in the journal of
   * today, and are carried over at the end; that journal stays until the generation after next is complete.
   */
  async #rotate(turn: Turn): Promise<void> {
    const meanwhile: Change[] = [];
    this.#meanwhile = meanwhile;
    try {
      await this.#writeGeneration(turn, meanwhile);
    } finally {
      if (this.#meanwhile === meanwhile) this.#meanwhile = null;
    }
  }

  async #writeGeneration(turn: Turn, meanwhile: readonly Change[]): Promise<void> {
    const { count, chunks } = baseLines(this.#state);
    this.#generation += 1;
    const header = headerOf(this.#state, this.#generation, this.#place.now());
    const journal = await turn(() => this.#beginGeneration(header));
    const append = async (lines: string) => {
      if (this.#meanwhile !== meanwhile) throw new Fault('failed', 'another generation was begun');
      await journal.append(lines);
    };
    try {
      for (const chunk of chunks) await turn(() => append(chunk));
      await turn(async () => {
        const changes = meanwhile.map((change) => encodeEntry({ type: 'meanwhile', change }));
        await append(changes.join(''));
        await append(encodeEntry({ type: 'base-complete', header }));
        await this.#goOver(journal, count + changes.length);
      });
    } catch (error) {
      await turn(() => journal.discard());
      throw error;
    }
  }

  async #beginGeneration(header: Header): Promise<JournalWriter> {
    const { disk, dir } = this.#place;
    await refuseElsewhere(this.#place, this.#device);
    const journal = await JournalWriter.create(disk, dir, header);
    if (journal === null) throw new Fault('not-ours', `generation ${header.generation} is there already`);
    return journal;
  }

  async #goOver(next: JournalWriter, lines: number): Promise<void> {
    const former = this.#journal;
    const obsolete = this.#older;
    this.#journal = next;
    this.#lines = lines;
    this.#older = [former.id];
    await former.close();
    await removeJournals(this.#place, obsolete);
  }
}
