import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../fault.ts';

/** Where distributions have statd keep its records: Red Hat's, then that of Debian and SUSE, which contains it. */
const USUAL = ['var/lib/nfs/statd', 'var/lib/nfs'];

/**
 * The statd directory of this node: the one given, else the one that nfs.conf names, else the usual one.
 * @param root the root of the file system to look in.
 * @throws Fault `bad-node` where it does not exist. That it lacks `sm/` is none: statd or a bind mount may come later.
 */
export async function findStatdDirectory(given: string | null, root = '/'): Promise<string> {
  const named = given ?? (await configuredStatdDirectory(root));
  if (named !== null) {
    if (await isDirectory(join(root, named))) return named;
    throw new Fault('bad-node', `statd's directory ${named} does not exist`, { cure: 'correct statd_dir' });
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

/** What nfs.conf(5) and its drop-ins say in `[statd] state-directory-path`; the last one counts. */
async function configuredStatdDirectory(root: string): Promise<string | null> {
  const dropIns = join(root, 'etc/nfs.conf.d');
  const names = await readdir(dropIns).catch(() => []);
  const files = names.filter((name) => name.endsWith('.conf')).sort();
  let path: string | null = null;
  for (const file of [join(root, 'etc/nfs.conf'), ...files.map((name) => join(dropIns, name))]) {
    path = statdDirectoryIn(await readFile(file, 'utf8').catch(() => '')) ?? path;
  }
  return path;
}

function statdDirectoryIn(text: string): string | null {
  let section = '';
  let path: string | null = null;
  for (const line of text.split('\n')) {
    section = /^\s*\[\s*([^\]\s"]+)[^\]]*\]/.exec(line)?.[1]?.toLowerCase() ?? section;
    const value = /^\s*state-directory-path\s*=\s*"?([^"#;]*?)"?\s*$/i.exec(line)?.[1];
    if (section === 'statd' && value) path = value;
  }
  return path;
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
