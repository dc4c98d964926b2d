import { constants } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, Fault } from '../fault.ts';
import { type Disk, openTo } from './disk.ts';
import {
  type BaseEntry,
  decodeEntry,
  type Entry,
  FORMAT_VERSION,
  foreignHeader,
  type Header,
} from './entry.ts';
import { type JournalId, journalName } from './journal-name.ts';
import { decodeLine, partsOf } from './line.ts';
import type { Change, Damage } from './state.ts';

/** What one journal says. */
export interface Journal extends JournalId {
  /** Undefined where neither of its two copies can be read. */
  readonly header: Header | undefined;
  /**
   * Whether everything that it starts from is in it: it says so, or changes follow, which are written only after
   * it has said so.
   */
  readonly complete: boolean;
  readonly entries: readonly (BaseEntry | Change)[];
  readonly damage: readonly Damage[];
  readonly torn: readonly Damage[];
  /** Why it is not believed; null: it is. */
  readonly refused: Refusal | null;
}

/** A header fits into this many bytes, whatever the names in it. */
export const HEADER_LIMIT = 16 * 1024;

/** Why a journal is not believed. */
export interface Refusal {
  readonly file: string;
  readonly reason: string;
  /** Whether it is whole, and only its owner or mode have been changed; no: it is no file at all. */
  readonly open: boolean;
}

/** What open(2) says of what is no journal; any other error is the storage's, and no reason to go on without it. */
const UNOPENED: Readonly<Record<string, string>> = {
  ELOOP: 'is a symbolic link',
  ENXIO: 'is a socket',
};

const BASE_TYPES: ReadonlySet<string> = new Set(['facts', 'current', 'inherited', 'ledger', 'meanwhile']);

/** Reads the text of a journal, latin1. @throws Fault `not-ours` where another version or format wrote it. */
export function parseJournal(id: JournalId, text: string): Journal {
  const file = journalName(id);
  const entries: (BaseEntry | Change)[] = [];
  const bad: Damage[] = [];
  let header: Header | undefined;
  let complete = false;
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  let lastGood = 0;
  for (const [index, line] of lines.entries()) {
    const found = entriesOf(line, file);
    for (const entry of found.entries) {
      if (entry.type === 'header' || entry.type === 'base-complete') header ??= entry.header;
      else entries.push(entry);
      if (entry.type !== 'header' && !BASE_TYPES.has(entry.type)) complete = true;
    }
    if (found.reason !== undefined) bad.push({ file, line: index + 1, reason: found.reason });
    if (found.reason === undefined || found.entries.length > 0) lastGood = index + 1;
  }
  const isTail = (damage: Damage) => Number(damage.line) > lastGood;
  const damage = bad.filter((one) => !isTail(one));
  return { ...id, header, complete, entries, damage, torn: bad.filter(isTail), refused: null };
}

/**
 * Reads a journal. A file that cannot be ours (a link, no regular file, another owner, writable by others) is
 * never followed nor believed: it comes back empty, as damage. With `limit`, only its first bytes are read.
 * @returns null where it is not there (any more)
 */
export async function readJournal(
  disk: Disk,
  dir: string,
  id: JournalId,
  limit?: number,
): Promise<Journal | null> {
  const file = journalName(id);
  const refused = (reason: string, open = false): Journal => {
    return {
      ...{ ...id, header: undefined, complete: false, entries: [], torn: [] },
      ...{ damage: [{ file, line: null, reason }], refused: { file, reason, open } },
    };
  };
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  let handle: Awaited<ReturnType<Disk['open']>>;
  try {
    handle = await disk.open(join(dir, file), flags);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    const reason = UNOPENED[errnoOf(error) ?? ''];
    if (reason === undefined) throw error;
    return refused(reason);
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) return refused('is not a regular file');
    const open = openTo(stats);
    if (open !== null) return refused(open, true);
    if (limit === undefined) return parseJournal(id, await handle.readFile('latin1'));
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(limit), 0, limit, 0);
    return parseJournal(id, buffer.toString('latin1', 0, bytesRead));
  } finally {
    await handle.close();
  }
}

function entriesOf(line: string, file: string): { entries: Entry[]; reason?: string } {
  const value = decodeLine(line);
  if (value === undefined) {
    const entries = partsOf(line).flatMap((part) => decodeEntry(decodeLine(part)) ?? []);
    return { entries, reason: 'checksum does not match' };
  }
  const entry = decodeEntry(value);
  if (entry !== undefined) return { entries: [entry] };
  refuseForeign(value, file);
  return { entries: [], reason: 'not an entry of this format' };
}

function refuseForeign(value: unknown, file: string): void {
  const parsed = foreignHeader.safeParse(value);
  if (!parsed.success) return;
  const { version, format } = parsed.data.header;
  if (version === FORMAT_VERSION && (format === 'record' || format === 'copy')) return;
  throw new Fault('not-ours', `lock store has format version ${version} (${format})`, {
    subject: file,
    found: `version ${version}, record format ${format}`,
    wanted: `version ${FORMAT_VERSION}, record format record or copy`,
    cure: 'use the release of Lockferry that wrote it, or an empty directory',
  });
}
