import { dirname, join } from 'node:path';
import { errnoOf, Fault } from '../fault.ts';
import { printable } from '../printable.ts';
import { type Disk, makeDirectory, onFile, openTo, safeDirectory, syncDirectory } from './disk.ts';
import type { Header } from './entry.ts';
import { listJournals, refuseOpen } from './history.ts';
import { type JournalId, journalName } from './journal-name.ts';
import { HEADER_LIMIT, readJournal } from './journal-reader.ts';
import type { JournalWriter } from './journal-writer.ts';
import type { StoreState } from './state.ts';

/** Where and how a store is kept. */
export interface Place {
  readonly disk: Disk;
  /** Absolute, and known to be safe. */
  readonly dir: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A journal is written anew when it has this many lines more than twice what is live. */
  readonly slack: number;
}

/**
 * Whose a store is: `ours`; `claimed` by somebody else, after us; or `gone`, for our journal is not there, nor that of anybody
 * who has claimed it since: what was there before, or an older copy of ours, is what a backup puts there.
 */
export type Standing = 'ours' | 'claimed' | 'gone';

/** A claim, by which node and when: milliseconds since 1970. */
type Claimed = Pick<StoreState, 'holder' | 'since'>;

/** How often journals are listed anew that somebody is removing while they are looked at. */
const ATTEMPTS = 10;

/** @throws Fault `failed` where the storage does not say */
export async function standingOf(
  place: Place,
  own: Pick<JournalWriter, 'id' | 'ino'>,
  claimed: Claimed,
): Promise<Standing> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const standing = await lookAt(place, own, claimed);
    if (standing !== 'vanished') return standing;
  }
  throw new Fault('failed', `journals are listed in ${printable(place.dir)} that are not there`, {
    subject: place.dir,
  });
}

async function lookAt(
  place: Place,
  { id, ino }: Pick<JournalWriter, 'id' | 'ino'>,
  claimed: Claimed,
): Promise<Standing | 'vanished'> {
  const { disk, dir } = place;
  const ids = await listJournals(disk, dir).catch((error) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const [newest] = ids;
  if (newest === undefined) return 'gone';
  if (newest.epoch > id.epoch) return 'claimed';
  const isListed = ids.some(({ epoch, generation }) => epoch === id.epoch && generation === id.generation);
  if (isListed && (await isFile(disk, join(dir, journalName(id)), ino))) return 'ours';
  const header = await headerIn(place, newest);
  if (header === null || header === 'vanished') return header ?? 'claimed';
  return isFromBefore(header, claimed) ? 'gone' : 'claimed';
}

async function isFile(disk: Disk, path: string, ino: number): Promise<boolean> {
  try {
    return Number((await onFile(path, 'look at', () => disk.lstat(path))).ino) === ino;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** null: it has none that can be read here. */
async function headerIn({ disk, dir }: Place, id: JournalId): Promise<Header | 'vanished' | null> {
  const path = join(dir, journalName(id));
  try {
    const journal = await onFile(path, 'read', () => readJournal(disk, dir, id, HEADER_LIMIT));
    return journal === null ? 'vanished' : (journal.header ?? null);
  } catch (error) {
    if (error instanceof Fault && error.code === 'not-ours') return null;
    throw error;
  }
}

/** Was the journal begun before this claim, or is it a copy of one that came of it? */
function isFromBefore({ since, holder }: Header, claimed: Claimed): boolean {
  return since < claimed.since || (since === claimed.since && holder.node === claimed.holder.node);
}

/**
 * Makes the directory of a store again that was removed or moved away, unless it is there.
 * @param device that of the file system which the store is on
 * @throws Fault `failed` where another file system is there now, as after an unmount; `not-ours` as safeDirectory
 */
export async function remakeDirectory({ disk, dir }: Place, device: number): Promise<void> {
  // A parent that is a link is followed.
  const stats = await disk.lstat(dir).catch(() => disk.lstat(`${dirname(dir)}/.`).catch(() => null));
  if (stats === null) throw gone(dir, 'the directory that it was in', 'mount what belongs there, or make it');
  if (Number(stats.dev) !== device) throw otherFileSystem(dir);
  await makeDirectory(disk, dir);
  await syncDirectory(disk, dirname(dir));
}

/** @throws Fault `failed` where the directory is on another file system than the store is, as after an unmount */
export async function refuseElsewhere({ disk, dir }: Place, device: number): Promise<void> {
  const { dev } = await onFile(dir, 'look at', () => disk.lstat(dir));
  if (Number(dev) !== device) throw otherFileSystem(dir);
}

function otherFileSystem(dir: string): Fault {
  return gone(dir, 'the file system that it was on', 'mount it');
}

function gone(dir: string, what: string, cure: string): Fault {
  return new Fault('failed', `lock store ${printable(dir)} is gone, and so is ${what}`, {
    subject: dir,
    cure,
  });
}

function isMissing(error: unknown): boolean {
  const errno = error instanceof Fault ? errnoOf(error.facts.cause) : undefined;
  return errno === 'ENOENT' || errno === 'ENOTDIR';
}

/**
 * Whether the next owner would believe a journal: what is done to the files beside it with `chmod -R` may be done to it.
 * @throws Fault `not-ours` where he would not, `failed` where that is not known
 */
export async function checkAccess({ disk, dir }: Place, own: JournalId): Promise<void> {
  await safeDirectory(disk, dir);
  const file = journalName(own);
  const stats = await onFile(join(dir, file), 'look at', () => disk.lstat(join(dir, file)));
  const reason = openTo(stats);
  if (reason !== null) refuseOpen(dir, { file, reason, open: true });
}

/** Removes journals that nobody will read again; what cannot be removed now is no fault, only room. */
export async function removeJournals(place: Place, ids: readonly JournalId[]): Promise<void> {
  for (const id of ids) await place.disk.unlink(join(place.dir, journalName(id))).catch(() => undefined);
}
