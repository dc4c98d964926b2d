import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../fault.ts';
import { findProcess } from './process.ts';

/**
 * Makes lockd drop every client's locks on the file system that holds `directory`, without restarting anything
 * (/proc/fs/nfsd/unlock_filesystem). For a service whose address has left this node; its monitor records stay as they
 * are. @throws Fault `failed` where the directory or nfsd's control files are not there.
 */
export async function dropLocks(directory: string, root = '/'): Promise<void> {
  try {
    await writeFile(join(root, 'proc/fs/nfsd/unlock_filesystem'), `${directory}\n`);
  } catch (cause) {
    throw new Fault('failed', 'the locks of an export could not be dropped', { subject: directory, cause });
  }
}

/**
 * How many locks lockd holds for its clients: lines of /proc/locks whose process is lockd (fs/lockd/svc4proc.c
 * nlm4svc_retrieve_args() makes it the owner).
 */
export async function countLocks(root = '/'): Promise<number> {
  const lockd = await findProcess('lockd', join(root, 'proc'));
  const table = await readFile(join(root, 'proc/locks'), 'latin1');
  const owners = [...table.matchAll(/^\d+: POSIX +\S+ +\S+ +(\d+) /gm)].map(([, pid]) => Number(pid));
  return owners.filter((pid) => pid === lockd?.pid).length;
}
