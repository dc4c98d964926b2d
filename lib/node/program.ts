import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';

/** Where programs of the system are, and what children get as PATH. */
export const SYSTEM_PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

/** The absolute path of a program of this node; null where it is not installed. */
export async function findProgram(name: string, path: string = SYSTEM_PATH): Promise<string | null> {
  for (const folder of path.split(':')) {
    const program = join(folder, name);
    try {
      await access(program, constants.X_OK);
      return program;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}
