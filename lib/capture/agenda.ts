import { readdir } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { isRacy, type PlaceStamp, stampOf } from './place.ts';

/** What is to be examined. */
export interface Task {
  /** The most urgent first. Whoever stops early leaves the others to the next task. */
  readonly names: Iterable<string>;
  /** The directory as it is now. */
  readonly stamp: PlaceStamp;
}

/** The names in a directory, latin1. */
export type ListNames = (path: string) => Promise<string[]>;

const listNames: ListNames = (path) => readdir(path, { encoding: 'latin1' });

/** A scan of the whole directory: how it stood before, and how late that stamp was taken, both to judge it by. */
interface Scan {
  readonly stamp: PlaceStamp;
  readonly racyUntil: number;
  /** performance.now() */
  readonly began: number;
}

/**
 * Decides which names in a directory need to be examined: all of them only where it may have changed and nothing
 * says which; else those that were touched, or left unsettled by the look before. A full scan takes as many tasks as it
 * needs, and what is touched meanwhile goes before the rest of it.
 */
export class Agenda {
  /** Whether every change of the directory reaches touch(): a watch says so. */
  watched = false;
  readonly #path: string;
  readonly #list: ListNames;
  #due = new Set<string>();
  /** What comes after those: the rest of a full scan, or names that were left unsettled. */
  #backlog: Iterator<string> | null = null;
  #everythingDue = true;
  /** The full scan that is under way. */
  #scanning: Scan | null = null;
  /** The last one that is complete, and how long it took in ms. */
  #scanned: (Scan & { readonly cost: number }) | null = null;

  constructor(path: string, list: ListNames = listNames) {
    this.#path = path;
    this.#list = list;
  }

  /** @returns whether it is the first name that is due since the last task was given */
  touch(name: string): boolean {
    const first = this.#due.size === 0 && !this.#everythingDue;
    this.#due.add(name);
    return first;
  }

  /** All names are due. A scan that is under way is completed first, for it may have passed a name too early. */
  touchAll(): void {
    this.#everythingDue = true;
  }

  /** Whether somebody was touched who has not been examined since. */
  get touched(): boolean {
    return this.#due.size > 0;
  }

  get scanCost(): number {
    return this.#scanned?.cost ?? 0;
  }

  /** Whether names are due, apart from unsettled ones. */
  get unfinished(): boolean {
    return this.#due.size > 0 || this.#backlog !== null || this.#everythingDue;
  }

  /** Whether the directory may have changed since the last full scan, and none is under way. */
  get changedSinceScan(): boolean {
    const stamp = stampOf(this.#path);
    return stamp !== null && this.#scanning === null && this.#mayDiffer(stamp);
  }

  /**
   * @param unsettled names to be examined again in any case
   * @param known all names that are remembered
   * @returns null where there is no directory
   */
  async next(unsettled: Iterable<string>, known: Iterable<string>): Promise<Task | null> {
    const [began, racyUntil] = [performance.now(), Date.now()];
    const stamp = stampOf(this.#path);
    if (stamp === null) return this.#missing();
    const replaced = stamp.identity !== (this.#scanning ?? this.#scanned)?.stamp.identity;
    if (replaced || this.#backlog === null) {
      const scan = this.#everythingDue || replaced || (!this.watched && this.#mayDiffer(stamp));
      this.#backlog = [...unsettled].values();
      this.#scanning = null;
      if (scan) {
        this.#everythingDue = false;
        const listed = await this.#list(this.#path).catch(() => null);
        if (listed === null) return this.#missing();
        this.#backlog = eachOnce(listed, known);
        this.#scanning = { stamp, racyUntil, began };
      }
    }
    return { names: this.#names(), stamp };
  }

  *#names(): Generator<string> {
    for (;;) {
      for (const name of this.#due) {
        this.#due.delete(name);
        yield name;
      }
      const next = this.#backlog?.next();
      if (next === undefined || next.done) break;
      yield next.value;
    }
    this.#backlog = null;
    if (this.#scanning === null) return;
    this.#scanned = { ...this.#scanning, cost: performance.now() - this.#scanning.began };
    this.#scanning = null;
  }

  #missing(): null {
    this.#everythingDue = true;
    this.#backlog = null;
    return null;
  }

  #mayDiffer(stamp: PlaceStamp): boolean {
    const scanned = this.#scanned;
    if (scanned === null || isRacy(scanned.stamp.changedAt, scanned.racyUntil)) return true;
    return scanned.stamp.changed !== stamp.changed;
  }
}

function* eachOnce(listed: readonly string[], known: Iterable<string>): Generator<string> {
  yield* listed;
  const seen = new Set(listed);
  for (const name of known) if (!seen.has(name)) yield name;
}
