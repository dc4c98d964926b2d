import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The program that works on lock stores lies beside the command, wherever a link leads to that from. */
export function storageProgram(command: string): string {
  return join(dirname(realpathSync(command)), 'lockferry-storage.cjs');
}
