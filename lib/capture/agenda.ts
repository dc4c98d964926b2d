import { readdir } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { isRacy, type PlaceStamp, stampOf } from './place.ts';

/** What a look has to examine. */
export interface Task {
  readonly names: ReadonlySet<string>;
  /** The directory before. */
  readonly stamp: PlaceStamp;
  /** To be called once all names were examined. */
  readonly done: () => void;
}

/** The names in a directory, latin1. */
export type ListNames = (path: string) => Promise<string[]>;

const listNames: ListNames = (path) => readdir(path, { encoding: 'latin1' });

/**
 * Decides which names in a directory need to be examined: all of them only where it may have changed and nothing
 * says which; else those that were touched, or left unsettled by the look before.
 */
export class Agenda {
  /** Whether every change of the directory reaches touch(): a watch says so. */
  watched = false;
  readonly #path: string;
  readonly #list: ListNames;
  #due = new Set<string>();
  #everythingDue = true;
  /** The directory before the last full scan, whether that stamp can be relied upon, and how long it took in ms. */
  #scan: { readonly stamp: PlaceStamp; readonly racy: boolean; readonly cost: number } | null = null;

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

  touchAll(): void {
    this.#everythingDue = true;
  }

  get scanCost(): number {
    return this.#scan?.cost ?? 0;
  }

  /** Whether the directory may have changed since the last full scan. */
  get changedSinceScan(): boolean {
    const stamp = stampOf(this.#path);
    return stamp !== null && this.#mayDiffer(stamp);
  }

  /**
   * @param unsettled names to be examined again in any case
   * @param known all names that are remembered
   * @returns null where there is no directory
   */
  async next(unsettled: Iterable<string>, known: Iterable<string>): Promise<Task | null> {
    const began = performance.now();
    const racyUntil = Date.now();
    const stamp = stampOf(this.#path);
    if (stamp === null) return this.#missing();
    const replaced = stamp.identity !== this.#scan?.stamp.identity;
    const scan = this.#everythingDue || replaced || (!this.watched && this.#mayDiffer(stamp));
    const due = this.#due;
    this.#due = new Set();
    if (!scan) return { names: new Set([...unsettled, ...due]), stamp, done: () => undefined };
    this.#everythingDue = false;
    const names = await this.#list(this.#path).catch(() => null);
    if (names === null) return this.#missing();
    const done = () => {
      this.#scan = { stamp, racy: isRacy(stamp.changedAt, racyUntil), cost: performance.now() - began };
    };
    return { names: new Set([...names, ...known]), stamp, done };
  }

  #missing(): null {
    this.#everythingDue = true;
    return null;
  }

  #mayDiffer(stamp: PlaceStamp): boolean {
    return this.#scan === null || this.#scan.racy || this.#scan.stamp.changed !== stamp.changed;
  }
}
