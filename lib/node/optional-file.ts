import { readFile } from 'node:fs/promises';
import { errnoOf } from '../fault.ts';

/** A file of /proc that only some kernels or set-ups have; null where it is not there. */
export async function readOptional(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'latin1');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}
