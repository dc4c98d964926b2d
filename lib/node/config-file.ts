import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, rename, rm, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errnoOf, Fault } from '../fault.ts';

/**
 * The text of a configuration file that is ours; null: there is none.
 * @throws Fault `not-ours` where something else has its name.
 */
export async function readConfigFile(path: string): Promise<string | null> {
  const stats = await statsOf(path);
  if (stats === null) return null;
  if (!stats.isFile()) throw refused(path, 'is no regular file');
  return withFile(path, constants.O_RDONLY, (file) => file.readFile('utf8'));
}

/**
 * Puts a configuration file (mode 0644) into its place in one step, durably, or takes it away; follows no link.
 * @param text null: take it away.
 * @throws Fault `not-ours` where something else has its name, or others could write its directory, which is made if
 *   only that is missing.
 */
export async function writeConfigFile(path: string, text: string | null): Promise<void> {
  const directory = dirname(path);
  if ((await statsOf(directory)) === null) await mkdir(directory, { mode: 0o755 });
  await refuseOpenDirectory(directory);
  await readConfigFile(path);
  if (text === null) await unlink(path);
  else await replace(path, text);
  await withFile(directory, constants.O_RDONLY, (handle) => handle.sync());
}

async function replace(path: string, text: string): Promise<void> {
  const fresh = join(dirname(path), `.${basename(path)}.new`);
  await rm(fresh, { force: true });
  await withFile(fresh, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, async (file) => {
    await file.writeFile(text);
    await file.chmod(0o644);
    await file.sync();
  });
  await rename(fresh, path);
}

async function refuseOpenDirectory(path: string): Promise<void> {
  const stats = await lstat(path);
  if (!stats.isDirectory()) throw refused(path, 'is no directory');
  if (stats.uid !== process.geteuid?.()) throw refused(path, `belongs to user ${stats.uid}`);
  if ((stats.mode & 0o022) !== 0) throw refused(path, 'can be written by others');
}

async function statsOf(path: string): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}

function refused(path: string, found: string): Fault {
  return new Fault('not-ours', `${path} ${found}`, { subject: path, found });
}

async function withFile<T>(path: string, flags: number, act: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, flags | constants.O_NOFOLLOW, 0o600);
  try {
    return await act(file);
  } finally {
    await file.close();
  }
}
