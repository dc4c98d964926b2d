import { basename, dirname } from 'node:path';
import type { Step } from './trace.ts';

/** What a power cut can leave: file name to content, of one directory; null: the directory itself is not there. */
export type Remains = ReadonlyMap<string, Buffer> | null;

interface Inode {
  /** What is certainly on disk. */
  durable: Buffer;
  /** What was written or cut off since, oldest first. */
  pending: Extract<Step, { kind: 'write' | 'truncate' }>[];
  /** Whether a sync has failed. */
  doubtful: boolean;
}

type Entry = readonly [change: 'add' | 'remove', name: string, inode: Inode];

const PAGE = 4096;
const SECTOR = 512;
/** Subsets of so many changes of the directory are all tried: 2 to this power. */
const ENTRIES_LIMIT = 8;

/**
 * A file system that has kept no more than it had to: what POSIX, ext4, XFS and Btrfs have in common, and so more states
 * than any of them leaves. A file's data is certain once the file was synced, its name once the directory was, and the
 * directory once its parent was. Of what was not synced:
 * - any subset of the directory's changes may be there, whatever order they came in;
 * - of each file the writes up to any one may be there, that one wholly or cut at any place;
 * - or a file has its full length and any of the new pages are zeros still.
 *
 * Where to cut: a journal is read line by line, each with a checksum, so that a state is told from another by which
 * lines are whole; small writes are cut at every sector and inside of lines, long ones at the sectors and pages of
 * their beginning, middle and end.
 */
export class CrashModel {
  readonly #top: string;
  #exists: 'no' | 'pending' | 'durable' = 'no';
  readonly #durable = new Map<string, Inode>();
  readonly #present = new Map<string, Inode>();
  #entries: Entry[] = [];

  constructor(top: string) {
    this.#top = top;
  }

  apply(step: Step): void {
    const name = basename(step.path);
    switch (step.kind) {
      case 'mkdir':
        this.#exists = 'pending';
        return;
      case 'sync-directory':
        if (step.path === dirname(this.#top)) this.#exists = this.#exists === 'no' ? 'no' : 'durable';
        else this.#syncEntries();
        return;
      case 'create': {
        const inode: Inode = { durable: Buffer.alloc(0), pending: [], doubtful: false };
        this.#present.set(name, inode);
        this.#entries.push(['add', name, inode]);
        return;
      }
      case 'unlink':
        this.#entries.push(['remove', name, this.#inode(name)]);
        this.#present.delete(name);
        return;
      case 'sync-file': {
        const inode = this.#inode(name);
        if (inode.doubtful) return;
        inode.durable = inode.pending.reduce(applied, inode.durable);
        inode.pending = [];
        return;
      }
      case 'sync-failed':
        this.#inode(name).doubtful = true;
        return;
      default:
        this.#inode(name).pending.push(step);
    }
  }

  /** Every state in which a power cut at this moment can leave the directory. */
  *states(): Iterable<Remains> {
    if (this.#exists !== 'durable') yield null;
    if (this.#exists === 'no') return;
    for (const files of this.#directories()) yield* contents([...files]);
  }

  #inode(name: string): Inode {
    const inode = this.#present.get(name);
    if (inode === undefined) throw new Error(`${name} is not there`);
    return inode;
  }

  #syncEntries(): void {
    this.#durable.clear();
    for (const [name, inode] of this.#present) this.#durable.set(name, inode);
    this.#entries = [];
  }

  *#directories(): Iterable<Map<string, Inode>> {
    if (this.#entries.length > ENTRIES_LIMIT)
      throw new Error(`${this.#entries.length} changes are not synced`);
    for (let subset = 0; subset < 2 ** this.#entries.length; subset++) {
      const files = new Map(this.#durable);
      for (const [index, [change, name, inode]] of this.#entries.entries()) {
        if ((subset & (1 << index)) === 0) continue;
        if (change === 'add') files.set(name, inode);
        else files.delete(name);
      }
      yield files;
    }
  }
}

/** The product of what each file can hold. */
function* contents(files: readonly (readonly [string, Inode])[]): Iterable<Map<string, Buffer>> {
  const [first, ...others] = files;
  if (first === undefined) {
    yield new Map();
    return;
  }
  const [name, inode] = first;
  const possible = variants(inode);
  for (const rest of contents(others)) {
    for (const bytes of possible) yield new Map([[name, bytes], ...rest]);
  }
}

function variants({ durable, pending }: Inode): Buffer[] {
  const found = new Map<string, Buffer>();
  const add = (bytes: Buffer) => found.set(bytes.toString('latin1'), bytes);
  let before = durable;
  add(before);
  for (const step of pending) {
    const after = applied(before, step);
    if (step.kind === 'write') {
      for (const cut of cutsOf(step.offset, step.bytes.length)) {
        add(applied(before, { ...step, bytes: step.bytes.subarray(0, cut) }));
      }
    }
    add(after);
    before = after;
  }
  const whole = before;
  if (whole.length > durable.length) {
    for (const holes of holesOf(durable.length, whole.length)) {
      const bytes = Buffer.from(whole);
      for (const [from, to] of holes) bytes.fill(0, from, to);
      add(bytes);
    }
  }
  return [...found.values()];
}

/** Lengths to which a write may be cut: at sectors, and in the middle of lines. */
function cutsOf(offset: number, length: number): Iterable<number> {
  const edges: number[] = [];
  for (let edge = SECTOR - (offset % SECTOR); edge < length; edge += SECTOR) edges.push(edge);
  return new Set([1, ...some(edges), Math.floor(length / 2), length - 1].filter((cut) => cut < length));
}

/** Which pages of a file's new part may be zeros while its length is there: all, one alone, all but one. */
function holesOf(from: number, to: number): Iterable<[number, number][]> {
  const pages: [number, number][] = [];
  for (let at = from; at < to; at = (Math.floor(at / PAGE) + 1) * PAGE) {
    pages.push([at, Math.min(to, (Math.floor(at / PAGE) + 1) * PAGE)]);
  }
  const alone = some(pages).map((page) => [page]);
  return [pages, ...alone, ...some(pages).map((page) => pages.filter((other) => other !== page))];
}

/** All of a few; of many, those at the beginning, in the middle and at the end. */
function some<T>(all: readonly T[]): T[] {
  if (all.length <= 4) return [...all];
  const middle = Math.floor(all.length / 2);
  return [0, 1, middle, all.length - 1].flatMap((index) => all.slice(index, index + 1));
}

function applied(bytes: Buffer, step: Inode['pending'][number]): Buffer {
  if (step.kind === 'truncate') return Buffer.concat([bytes.subarray(0, step.size)]);
  const result = Buffer.alloc(Math.max(bytes.length, step.offset + step.bytes.length));
  bytes.copy(result);
  step.bytes.copy(result, step.offset);
  return result;
}
