import { join } from 'node:path';
import type { Disk } from './disk.ts';
import { listJournals } from './history.ts';
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

/** Removes journals that nobody will read again; what cannot be removed now is no fault, only room. */
export async function removeJournals(place: Place, ids: readonly JournalId[]): Promise<void> {
  for (const id of ids) await place.disk.unlink(join(place.dir, journalName(id))).catch(() => undefined);
}
