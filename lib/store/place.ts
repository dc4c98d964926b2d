import { join } from 'node:path';
import { type Disk, onFile, openTo, safeDirectory } from './disk.ts';
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

/** Whether a journal is there and no later epoch has been claimed. */
export async function ownsStore(place: Place, own: JournalId): Promise<boolean> {
  const ids = await listJournals(place.disk, place.dir);
  const ours = ids.filter((id) => id.epoch === own.epoch);
  return ids[0]?.epoch === own.epoch && ours.some((id) => id.generation === own.generation);
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
