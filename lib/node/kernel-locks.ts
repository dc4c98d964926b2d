import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../fault.ts';

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
