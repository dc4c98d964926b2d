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

/** Whose a store is: `ours`; `claimed` by somebody since; or `gone`, for our journal is not there and no later one is. */
export type Standing = 'ours' | 'claimed' | 'gone';

/** @throws Fault `failed` where the storage does not say */
export async function standingOf({ disk, dir }: Place, own: JournalId): Promise<Standing> {
  const ids = await listJournals(disk, dir).catch((error) => {
    if (isMissing(error)) return [];
    throw error;
  });
  if (ids[0] !== undefined && ids[0].epoch > own.epoch) return 'claimed';
  return ids.some(({ epoch, generation }) => epoch === own.epoch && generation === own.generation)
    ? 'ours'
    : 'gone';
}

/**
 * Makes the directory of a store again that was removed or moved away, unless it is there.
 * @param device that of the file system which the store is on
 * @throws Fault `failed` where another file system is there now, as after an unmount; `not-ours` as safeDirectory
 */
export async function remakeDirectory({ disk, dir }: Place, device: number): Promise<void> {
  // A parent that is a link is followed.
  const stats = await disk.lstat(dir).catch(() => disk.lstat(`${dirname(dir)}/.`).catch(() => null));
  if (stats === null || Number(stats.dev) !== device) {
    throw new Fault(
      'failed',
      `lock store ${printable(dir)} is gone, and so is the file system that it was on`,
      {
        subject: dir,
        cure: 'mount it',
      },
    );
  }
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
