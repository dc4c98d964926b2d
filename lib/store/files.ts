import { clientName } from '../nsm/client-name.ts';
import type { MonitorFileContent } from '../nsm/monitor-file.ts';
import { type MonitorRecord, recordIn } from '../nsm/monitor-record.ts';
import { copied, inFormat } from './record-format.ts';
import type { StoredFile } from './state.ts';

/** The clients that a file is about. */
export function clientsIn(file: StoredFile): Set<string> {
  return new Set(file.records.map((record) => clientName(record.monName)));
}

/** Client to the files that hold a record of it. */
export function clientsOf(files: Iterable<StoredFile>): Map<string, StoredFile[]> {
  const found = new Map<string, StoredFile[]>();
  for (const file of files) {
    for (const client of clientsIn(file)) {
      const others = found.get(client);
      if (others === undefined) found.set(client, [file]);
      else others.push(file);
    }
  }
  return found;
}

/**
 * The union of two files of one name: every line of both; where both have one for the same client and my_name,
 * that of the file written later. Where one of them is a copy, the union is one: the later file byte for byte, and
 * before it those lines of the earlier one that it lacks, for to lose a line would be to forget a client.
 */
export function mergeFiles(one: StoredFile, other: StoredFile): StoredFile {
  const [older, newer] = one.modified <= other.modified ? [one, other] : [other, one];
  if (older.copy !== null || newer.copy !== null) return mergeCopies(older, newer);
  const records = new Map<string, MonitorRecord>();
  for (const record of [...older.records, ...newer.records]) records.set(pairOf(record), record);
  return {
    name: newer.name,
    modified: newer.modified,
    records: [...records.values()],
    malformed: [...new Set([...older.malformed, ...newer.malformed])],
    copy: null,
  };
}

function mergeCopies(older: StoredFile, newer: StoredFile): StoredFile {
  const [early, late] = [inFormat('copy', older), inFormat('copy', newer)];
  const pairs = new Set(late.records.map(pairOf));
  const others = new Set(late.malformed);
  const lacking = linesOf(early).filter((line) => {
    const record = recordIn(line);
    return record === null ? !others.has(line) : !pairs.has(pairOf(record));
  });
  return copied(late.name, late.modified, lacking.map((line) => `${line}\n`).join('') + late.copy);
}

/** The lines of a copy, without their newlines. */
function linesOf({ copy }: StoredFile): string[] {
  const lines = String(copy).split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

function pairOf(record: MonitorRecord): string {
  return `${clientName(record.monName)} ${record.myName}`;
}

/** Puts a file into a map by its name, united with one that is there. */
export function unite(files: Map<string, StoredFile>, file: StoredFile): void {
  const there = files.get(file.name);
  files.set(file.name, there === undefined ? file : mergeFiles(there, file));
}

/** Files of which no two have one name. */
export function unitedByName(files: Iterable<StoredFile>): Iterable<StoredFile> {
  const byName = new Map<string, StoredFile>();
  for (const file of files) unite(byName, file);
  return byName.values();
}

/** What was read under a name in a statd directory, byte for byte. @param modified ms since 1970 */
export function storedFile(name: string, modified: number, content: MonitorFileContent): StoredFile {
  const malformed = content.malformed.map((line) => line.text);
  return { name, modified: Math.trunc(modified), records: content.records, malformed, copy: content.text };
}
