import { readdirSync } from 'node:fs';
import { readSmFile } from '../nsm/sm-file.ts';
import type { StatdDirectory } from '../nsm/statd-directory.ts';
import { type StoredFile, storedFile } from '../store/index.ts';

/** The monitor records in `sm.bak/`: clients that some sm-notify still has to tell. What cannot be read is left out. */
export function movedAway({ smBak }: StatdDirectory): StoredFile[] {
  let names: string[];
  try {
    names = readdirSync(smBak, 'latin1');
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const found = readSmFile(smBak, name);
    if (found.kind === 'refused' || found.content.records.length === 0) return [];
    return [storedFile(name, found.stats.mtimeMs, found.content)];
  });
}
