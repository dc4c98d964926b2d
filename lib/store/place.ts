import { dirname, join } from 'node:path';
import { errnoOf, Fault } from '../fault.ts';
import { printable } from '../printable.ts';
import { type Disk, makeDirectory, onFile, openTo, safeDirectory, syncDirectory } from './disk.ts';
import { listJournals, refuseOpen } from './history.ts';
import { type JournalId, journalName } from './journal-name.ts';

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

/** Whose a store is: `ours`; `claimed` by somebody else, whose journals are there; or `gone`, for none are. */
export type Standing = 'ours' | 'claimed' | 'gone';

/** @throws Fault `failed` where the storage does not say */
export async function standingOf({ disk, dir }: Place, own: JournalId): Promise<Standing> {
  const ids = await listJournals(disk, dir).catch((error) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const [newest] = ids;
  if (newest === undefined) return 'gone';
  const isOurs = ids.some(({ epoch, generation }) => epoch === own.epoch && generation === own.generation);
  return newest.epoch === own.epoch && isOurs ? 'ours' : 'claimed';
}

/**
 * Makes the directory of a store again that was removed or moved away, unless it is there.
 * @param device that of the file system which the store is on
 * @throws Fault `failed` where another file system is there now, as after an unmount; `not-ours` as safeDirectory
 */
export async function remakeDirectory({ disk, dir }: Place, device: number): Promise<void> {
  const refuse = (what: string, cure: string) => {
    const sentence = `lock store ${printable(dir)} is gone, and so is ${what}`;
    return new Fault('failed', sentence, { subject: dir, cure });
  };
  // A parent that is a link is followed.
  const stats = await disk.lstat(dir).catch(() => disk.lstat(`${dirname(dir)}/.`).catch(() => null));
  if (stats === null) throw refuse('the directory that it was in', 'mount what belongs there, or make it');
  if (Number(stats.dev) !== device) throw refuse('the file system that it was on', 'mount it');
  await makeDirectory(disk, dir);
  await syncDirectory(disk, dirname(dir));
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
