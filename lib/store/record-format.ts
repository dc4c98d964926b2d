import { parseMonitorFile } from '../nsm/monitor-file.ts';
import { formatMonitorRecord } from '../nsm/monitor-record.ts';
import type { StoredFile } from './state.ts';

/** How a lock store keeps monitor records: made into structured records, or as a verbatim copy of each file. */
export type RecordFormat = 'record' | 'copy';

/** A file as a journal holds it: a copy says all that its records would say. */
export type WrittenFile = Pick<StoredFile, 'name' | 'modified'> &
  (Pick<StoredFile, 'records' | 'malformed'> | { readonly copy: string });

/** A file whose bytes are known (latin1), and what its lines say. */
export function copied(name: string, modified: number, copy: string): StoredFile {
  const { records, malformed } = parseMonitorFile(Buffer.from(copy, 'latin1'));
  return { name, modified, records, malformed: malformed.map(({ text }) => text), copy };
}

/**
 * The file as a store of this format keeps it. Where there is no copy yet, because the store had the other format
 * when the file was captured, one is made of its records, as statd writes them, and of its malformed lines.
 */
export function inFormat(format: RecordFormat, file: StoredFile): StoredFile {
  if (format === 'record') return file.copy === null ? file : { ...file, copy: null };
  if (file.copy !== null) return file;
  const lines = [...file.records.map(formatMonitorRecord), ...file.malformed];
  return copied(file.name, file.modified, lines.map((line) => `${line}\n`).join(''));
}

export function asWritten({ name, modified, records, malformed, copy }: StoredFile): WrittenFile {
  return copy === null ? { name, modified, records, malformed } : { name, modified, copy };
}

export function fromWritten(file: WrittenFile): StoredFile {
  return 'copy' in file ? copied(file.name, file.modified, file.copy) : { ...file, copy: null };
}
