import { join } from 'node:path';
import { Fault } from '../fault.ts';
import { printable } from '../printable.ts';
import { type Disk, OPEN_CURE, onFile, REAL_DISK, refusedStore, safeDirectory } from './disk.ts';
import type { BaseEntry } from './entry.ts';
import { unite } from './files.ts';
import { type JournalId, journalName, parseJournalName } from './journal-name.ts';
import { type Journal, type Refusal, readJournal } from './journal-reader.ts';
import {
  applyChange,
  type Claimant,
  emptyState,
  endedBy,
  inherit,
  raiseNumber,
  type WorkingState,
} from './reducer.ts';
import type { Change, Holder, StoreState } from './state.ts';

/** The journals in a store's directory, newest first. */
export async function listJournals(disk: Disk, dir: string): Promise<JournalId[]> {
  const names = await onFile(dir, 'list lock store', () => disk.readdir(dir));
  const ids = names.flatMap((name) => parseJournalName(name) ?? []);
  return ids.sort((one, other) => other.epoch - one.epoch || other.generation - one.generation);
}

/** The journals that say what former epochs left. */
interface Found {
  /** The newest complete generation of the newest epoch that has one. */
  readonly base: Journal | undefined;
  /** What came after it, oldest first. */
  readonly unfinished: readonly Journal[];
}

/** A former owner that does not know yet that he is one writes his journal anew at most now and then. */
const ATTEMPTS = 10;

/**
 * What the epochs below `limit` left; null: nothing. It starts from the newest complete generation of the newest
 * epoch that has one. Epochs after it were claimed by someone who died before he had written all that he took
 * over; what they hold is added to it. Epochs before it are not read.
 * @throws Fault `not-ours` where another version or record format wrote it, or what counts is open to others; `failed`
 *   where it cannot be read.
 */
export async function readHistory(disk: Disk, dir: string, limit = Infinity): Promise<StoreState | null> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const found = await readNewest(disk, dir, limit);
    if (found !== null) return combine(found.base, found.unfinished);
  }
  throw new Fault('failed', `the journals in ${printable(dir)} vanish while they are read`, {
    subject: dir,
    cure: 'see whether another node goes on with the service',
  });
}

/** @returns null where a journal has vanished since they were listed: what it held is in a newer one by now. */
async function readNewest(disk: Disk, dir: string, limit: number): Promise<Found | null> {
  const ids = (await listJournals(disk, dir)).filter((id) => id.epoch < limit);
  const unfinished: Journal[] = [];
  for (const id of ids) {
    const journal = await onFile(join(dir, journalName(id)), 'read', () => readJournal(disk, dir, id));
    if (journal === null) return null;
    if (journal.refused?.open) refuseOpen(dir, journal.refused);
    if (journal.complete) return { base: journal, unfinished };
    unfinished.unshift(journal);
  }
  for (const { refused } of unfinished) if (refused !== null) refuseStrange(dir, refused);
  return { base: undefined, unfinished };
}

/** What it holds is whole, and may be all that there is: to go on without it would lose everybody's locks in silence. */
export function refuseOpen(dir: string, { file, reason }: Refusal): never {
  throw refusedStore(dir, `its journal ${reason}`, { found: `${file} ${reason}`, cure: OPEN_CURE });
}

/** What no journal is, somebody put there who could write the directory: it hides nothing as long as another one is whole. */
function refuseStrange(dir: string, { file, reason }: Refusal): never {
  throw refusedStore(dir, `${file} ${reason}`, { cure: 'see who put it there, and move it away' });
}

/** What a lock store says, without touching it. @throws Fault as readHistory, and where there is no store. */
export async function readStore(path: string, disk: Disk = REAL_DISK): Promise<StoreState> {
  const dir = await safeDirectory(disk, path);
  const state = await readHistory(disk, dir);
  if (state !== null) return state;
  throw new Fault('failed', `there is no lock store in ${printable(dir)}`, { subject: dir });
}

/** @returns null where both are nothing */
function combine(base: Journal | undefined, unfinished: readonly Journal[]): StoreState | null {
  const all = base === undefined ? unfinished : [base, ...unfinished];
  const [oldest] = all;
  if (oldest === undefined) return null;
  const state = emptyState(claimantOf(oldest, all));
  for (const entry of base?.entries ?? []) applyEntry(state, entry);
  for (const journal of unfinished) {
    // A generation that was being written when its epoch ended holds nothing that the one before it lacks.
    if (journal.epoch !== base?.epoch) addTo(state, journal);
  }
  for (const journal of all) {
    state.damage.push(...journal.damage);
    state.torn.push(...journal.torn);
  }
  return state;
}

const NOBODY: Holder = { node: '', bootId: '', lockManager: null, statd: null };

/** Of the oldest journal that is read; where damage took both copies of its header, what others say of the service. */
function claimantOf({ epoch, header }: Journal, all: readonly Journal[]): Claimant {
  const headers = all.flatMap((journal) => journal.header ?? []);
  const { holder, since } = header ?? { holder: NOBODY, since: 0 };
  const { service, format } = header ?? headers[0] ?? { service: '', format: 'record' };
  return { service, format, epoch, holder, since };
}

function applyEntry(state: WorkingState, entry: BaseEntry | Change): void {
  switch (entry.type) {
    case 'facts':
      raiseNumber(state, entry.stateNumber);
      endedBy(state, entry.recoveryEnded);
      state.ended = entry.ended;
      state.lockCount = entry.lockCount ?? null;
      return;
    case 'current':
      unite(state.current, entry.file);
      return;
    case 'inherited':
      inherit(state, entry.file);
      return;
    case 'ledger':
      state.ledger.set(entry.entry.client, entry.entry);
      return;
    case 'meanwhile':
      applyChange(state, entry.change);
      return;
    default:
      applyChange(state, entry);
  }
}

/**
 * Adds what an epoch that was never established holds: more files, later ledger entries, a higher number, a later end, the
 * last number of locks.
 */
function addTo(state: WorkingState, journal: Journal): void {
  const other = emptyState(state);
  for (const entry of journal.entries) applyEntry(other, entry);
  for (const file of other.current.values()) unite(state.current, file);
  for (const file of other.inherited.values()) inherit(state, file);
  for (const [client, entry] of other.ledger) {
    const there = state.ledger.get(client);
    if (there === undefined || there.at <= entry.at) state.ledger.set(client, entry);
  }
  raiseNumber(state, other.stateNumber);
  endedBy(state, other.recoveryEnded);
  state.lockCount = other.lockCount ?? state.lockCount;
}
