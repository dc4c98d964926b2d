import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { formatMonitorRecord, type MonitorRecord, parseMonitorRecord } from '../nsm/monitor-record.ts';
import type { StoredFile } from '../store/index.ts';

const fileSchema = z.object({
  /** Name in `sm/`, latin1. */
  name: z.string(),
  /** Its time, milliseconds since 1970: statd leaves another one. */
  modified: z.number(),
  /** Lines of ours in it, latin1. */
  lines: z.array(z.string()),
  /** Whether others' lines stood beside them. */
  beside: z.optional(z.boolean()),
});
const schema = z.object({
  /** Whether they are being put there just now: what is not there yet is not gone. */
  placing: z.boolean(),
  files: z.array(fileSchema),
});

/** A file of the live `sm/` with lines that convey put there. */
export type PlacedFile = z.infer<typeof fileSchema>;

/**
 * The lines in statd's own `sm/` that convey put there and statd has not written anew since. They say nothing about who
 * has locks on this node, so they are never captured, and a client of whom there is only such a line is not back.
 */
export class PlacedLines {
  readonly #path: string;
  /** `seen`: the file's time when it was looked at last. `statds`: statd seems to have written these very lines since. */
  readonly #files = new Map<string, PlacedFile & { readonly seen: number; readonly statds?: boolean }>();
  /** null: nothing was ever placed. */
  #placing: boolean | null = null;

  /** @param path a file in /run, so that every keeper of the node knows it too; it need not be there. */
  constructor(path: string) {
    this.#path = path;
    const { placing, files } = read(path);
    this.#placing = placing;
    for (const file of files) this.#files.set(file.name, { ...file, seen: file.modified });
  }

  /** Whether all that was to be placed is there. */
  get complete(): boolean {
    return this.#placing === false;
  }

  /** Remembers lines that are about to be put there. @throws errors of the file system. */
  add(files: readonly PlacedFile[]): void {
    for (const file of files) {
      const lines = [...new Set([...(this.#files.get(file.name)?.lines ?? []), ...file.lines])];
      this.#files.set(file.name, { ...file, lines, seen: file.modified });
    }
    this.#write(true);
  }

  /** All of them are there. @throws errors of the file system. */
  added(): void {
    this.#write(false);
  }

  /** What of this file statd wrote; null: all of it is as convey left it. */
  written(file: StoredFile): StoredFile | null {
    const placed = this.#files.get(file.name);
    if (placed === undefined) return file;
    const ours = new Set(placed.lines);
    const lines = file.records.map(formatMonitorRecord);
    const standing = placed.lines.filter((line) => lines.includes(line));
    // The same lines at another time: statd dropped and wrote them between two looks. Unless it dropped others' lines.
    const again = standing.length === lines.length && standing.length === ours.size && !placed.beside;
    if (standing.length === 0 && this.#placing) return file;
    if (standing.length === 0) {
      this.#files.delete(file.name);
      return file;
    }
    const beside = standing.length < lines.length;
    // A file has its new time before the line that statd appends (mm/filemap.c __generic_file_write_iter()): where others
    // come to be beside ours, that is what it was.
    const statds = !beside && (placed.statds || (again && file.modified !== placed.seen));
    this.#files.set(file.name, { ...placed, seen: file.modified, lines: standing, beside, statds });
    if (statds) return file;
    const records = file.records.filter((record) => !ours.has(formatMonitorRecord(record)));
    return records.length === 0 ? null : { ...file, records };
  }

  /** These names are in `sm/` no longer: whatever comes under them is statd's. */
  gone(names: Iterable<string>): void {
    if (this.#placing) return;
    for (const name of names) this.#files.delete(name);
  }

  /** Whether statd has not written this file since convey did: its other lines are older than that. */
  untouched({ name, modified }: Pick<StoredFile, 'name' | 'modified'>): boolean {
    return this.#files.get(name)?.modified === modified;
  }

  /** What is still as convey left it. */
  standing(): MonitorRecord[] {
    const ours = [...this.#files.values()].filter(({ statds }) => !statds);
    return ours.flatMap(({ lines }) => lines.map((line) => parseMonitorRecord(line)));
  }

  #write(placing: boolean): void {
    this.#placing = placing;
    const files = [...this.#files.values()]
      .filter(({ statds }) => !statds)
      .map(({ seen: _, statds: __, ...file }) => file);
    writeFileSync(`${this.#path}.new`, JSON.stringify({ placing, files }), { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
  }
}

function read(path: string): { placing: boolean | null; files: PlacedFile[] } {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return { placing: null, files: [] };
  }
}
