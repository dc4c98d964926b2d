import { existsSync, renameSync, writeFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { readOptional } from './optional-file.ts';
import { identityWord, type ProcessIdentity } from './process.ts';

/*
 * lockd's thread outlives SIGKILL: it drops all locks and begins its grace period anew (fs/lockd/svc.c restart_grace(), until
 * Linux 6.5). For everyone whose locks those were that is a restart of the lock manager, and its process does not tell.
 */
const noteSchema = z.object({ lockd: z.string(), at: z.number() });

/** Writes down that this lockd is about to be made to restart, for all keepers of the node. */
export function noteLockdRestart(file: string, lockd: ProcessIdentity): void {
  writeFileSync(`${file}.new`, JSON.stringify({ lockd: identityWord(lockd), at: Date.now() }), {
    mode: 0o600,
  });
  renameSync(`${file}.new`, file);
}

/** When this lockd was made to restart last, milliseconds since the epoch; null: never since its thread started. */
export async function lockdRestartedAt(file: string, lockd: ProcessIdentity): Promise<number | null> {
  // Asked again and again, and hardly ever there.
  const text = existsSync(file) ? await readOptional(file) : null;
  const note = text === null ? null : noteSchema.parse(JSON.parse(text));
  return note?.lockd === identityWord(lockd) ? note.at : null;
}
