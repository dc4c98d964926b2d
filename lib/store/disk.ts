import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, unlink } from 'node:fs/promises';
import { resolve } from 'node:path';
import { errnoOf, Fault, type FaultFacts } from '../fault.ts';
import { printable } from '../printable.ts';

/**
 * The file system calls that a store makes, all of them asynchronous and never two at a time: where the storage
 * hangs, one thread of the process hangs with it and no more. An argument, so that a test can break them.
 */
export interface Disk {
  readonly open: typeof open;
  readonly readdir: (path: string) => Promise<string[]>;
  readonly lstat: (path: string) => ReturnType<typeof lstat>;
  readonly mkdir: (path: string, options: { mode: number }) => Promise<unknown>;
  readonly unlink: (path: string) => Promise<void>;
}

export const REAL_DISK: Disk = {
  open,
  readdir: (path) => readdir(path),
  lstat: (path) => lstat(path),
  mkdir,
  unlink,
};

/** Runs a step on the store's files; what fails becomes a Fault that names the file. */
export async function onFile<T>(path: string, doing: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault('failed', `cannot ${doing} ${printable(path)} (${errnoOf(cause) ?? 'unknown error'})`, {
      subject: path,
      cause,
    });
  }
}

/**
 * The store's directory, absolute, once it is certain that nobody else can put anything into it.
 * @throws Fault `not-ours` for a link, another owner, or a directory that others can write.
 */
export async function safeDirectory(disk: Disk, path: string): Promise<string> {
  const dir = resolve(path);
  const refuse = (found: string, cure: string): never => {
    throw refusedStore(dir, `it ${found}`, { found, cure });
  };
  const stats = await onFile(dir, 'use lock store', () => disk.lstat(dir));
  if (stats.isSymbolicLink()) refuse('is a symbolic link', 'give the directory that it points to');
  if (!stats.isDirectory()) refuse('is not a directory', 'give a directory');
  const open = openTo(stats);
  if (open !== null) refuse(open, OPEN_CURE);
  return dir;
}

/** For the directory and all that is in it: whoever changed the one has mostly changed the other. */
export const OPEN_CURE = 'chown -R root: it; chmod -R go-w it';

/** To whom a file or directory is open who could write what is not ours; null: to nobody. */
export function openTo({ uid, mode }: { uid: number | bigint; mode: number | bigint }): string | null {
  if (uid !== process.geteuid?.()) return `belongs to user ${uid}`;
  return (Number(mode) & 0o022) !== 0 ? 'can be written by others' : null;
}

export function refusedStore(dir: string, why: string, facts: Pick<FaultFacts, 'found' | 'cure'>): Fault {
  return new Fault('not-ours', `lock store ${printable(dir)} is refused: ${why}`, { subject: dir, ...facts });
}

/**
 * As safeDirectory; makes the directory, for its owner alone, where only its last component is missing. It is not
 * durable before its parent is synced.
 */
export async function makeDirectory(disk: Disk, path: string): Promise<string> {
  const dir = resolve(path);
  try {
    await disk.mkdir(dir, { mode: 0o700 });
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') return onFile(dir, 'make lock store', () => Promise.reject(error));
  }
  return safeDirectory(disk, dir);
}

/** Makes durable which files a directory holds. */
export function syncDirectory(disk: Disk, dir: string): Promise<void> {
  return onFile(dir, 'sync', async () => {
    const handle = await disk.open(dir, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}
