import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import type { Verdict } from './verdict.ts';

/**
 * Leaves the word that all is well, with its date, for the launcher: seconds since boot as /proc/uptime counts them, a
 * clock that does not jump. Of anything else the launcher has to ask, so then no word is there. Synchronous: /run is
 * memory, and a thread of libuv's pool may be stuck in a storage that hangs. Where it fails, the launcher asks as well.
 */
export function leaveVerdict(path: string, { state }: Verdict, now = uptime): void {
  try {
    if (state === 'ok') {
      writeFileSync(`${path}.new`, `${Math.floor(now())}\n`, { mode: 0o600 });
      renameSync(`${path}.new`, path);
    } else {
      rmSync(path, { force: true });
    }
  } catch {
    // It gets old, and no longer counts.
  }
}
