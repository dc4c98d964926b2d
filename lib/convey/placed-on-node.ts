import { statSync } from 'node:fs';
import type { StoredFile } from '../store/index.ts';
import { PlacedLines } from './placed.ts';

interface Other {
  readonly stamp: string;
  readonly placed: PlacedLines;
}

/**
 * The lines in statd's own `sm/` that convey put there for any service of the node. What it put there for a neighbour is
 * no more statd's word that a client has come back than what it put there for us.
 */
export class PlacedOnNode {
  readonly #own: PlacedLines;
  /** Those of all services; asked for each file. */
  #all: readonly PlacedLines[];
  readonly #others: () => Iterable<string>;
  #read = new Map<string, Other>();

  /** @param others files of the PlacedLines of the node's other services; they need not be there. */
  constructor(own: PlacedLines, others: () => Iterable<string>) {
    this.#own = own;
    this.#all = [own];
    this.#others = others;
  }

  /** Reads what other keepers have placed since. They write it down before it is in `sm/`. */
  refresh(): void {
    const read = new Map<string, Other>();
    for (const path of this.#others()) {
      const stats = statSync(path, { throwIfNoEntry: false });
      if (stats === undefined) continue;
      const stamp = [stats.ino, stats.mtimeMs, stats.size].join();
      const known = this.#read.get(path);
      read.set(path, known?.stamp === stamp ? known : { stamp, placed: new PlacedLines(path) });
    }
    this.#read = read;
    this.#all = [this.#own, ...[...read.values()].map(({ placed }) => placed)];
  }

  /** What of these files statd wrote; a file of which that is nothing is left out. */
  written(files: readonly StoredFile[]): StoredFile[] {
    if (files.length === 0) return [];
    this.refresh();
    return files.flatMap((file) => {
      let rest: StoredFile | null = file;
      for (const placed of this.#all) rest &&= placed.written(rest);
      return rest === null ? [] : [rest];
    });
  }

  /** These names are in `sm/` no longer. */
  gone(names: readonly string[]): void {
    for (const placed of this.#all) placed.gone(names);
  }

  /** Whether statd has not written this file since convey did. */
  untouched(file: StoredFile): boolean {
    return this.#all.some((placed) => placed.untouched(file));
  }
}
