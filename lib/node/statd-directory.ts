import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../fault.ts';
import { nfsConfValue } from './nfs-conf.ts';

/** Where distributions have statd keep its records: Red Hat's, then that of Debian and SUSE, which contains it. */
const USUAL = ['var/lib/nfs/statd', 'var/lib/nfs'];

/**
 * The statd directory of this node: the one given, else the one that nfs.conf names, else the usual one.
 * @param root the root of the file system to look in.
 * @throws Fault `bad-node` where it does not exist. That it lacks `sm/` is none: statd or a bind mount may come later.
 */
export async function findStatdDirectory(given: string | null, root = '/'): Promise<string> {
  const named = given ?? (await nfsConfValue('statd', 'state-directory-path', root));
  if (named !== null) {
    if (await isDirectory(join(root, named))) return named;
    const cure = given === null ? 'correct state-directory-path in nfs.conf' : 'correct statd_dir';
    throw new Fault('bad-node', `statd's directory ${named} does not exist`, { cure });
  }
  for (const candidate of USUAL) {
    if (await isDirectory(join(root, candidate, 'sm'))) return `/${candidate}`;
  }
  for (const candidate of USUAL) {
    if (await isDirectory(join(root, candidate))) return `/${candidate}`;
  }
  throw new Fault('bad-node', 'no directory of rpc.statd on this node', {
    cure: 'install nfs-utils (nfs-common) or set statd_dir',
  });
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
