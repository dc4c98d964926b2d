import { lstat, mkdir, readlink, symlink, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf, Fault } from '../fault.ts';

/**
 * Where a link leads; null: nothing has its name.
 * @throws Fault `not-ours` where something else has its name
 */
export async function readConfigLink(path: string): Promise<string | null> {
  try {
    if ((await lstat(path)).isSymbolicLink()) return await readlink(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
  throw new Fault('not-ours', `${path} is no link: somebody has a file of his own there`, { subject: path });
}

/** Makes a link, and the directory above it, or takes it away. @param target null: take it away */
export async function writeConfigLink(path: string, target: string | null): Promise<void> {
  if (target === null) return unlink(path);
  await mkdir(dirname(path), { recursive: true });
  await symlink(target, path);
}
