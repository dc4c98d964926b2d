import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A mounted file system, as /proc/self/mountinfo shows it (proc(5)). */
export interface Mount {
  readonly directory: string;
  /** As in `ext4`, `fuse.glusterfs`. */
  readonly type: string;
  readonly source: string;
  /** `MAJOR:MINOR`, decimal. */
  readonly device: string;
}

/**
 * The file system in which a directory would lie, by the table alone: nothing that may hang is touched, and links are
 * not followed. @param root what to read as `/`. @throws Error where the table has no root file system
 */
export async function mountOf(directory: string, root = '/'): Promise<Mount> {
  return nearestTo(directory, await readMounts(root));
}

/** mountOf, and all that is mounted in the directory. */
export async function mountsUnder(directory: string, root = '/'): Promise<Mount[]> {
  const mounts = await readMounts(root);
  return [nearestTo(directory, mounts), ...mounts.filter((mount) => isInside(mount.directory, directory))];
}

/** File systems that all nodes can have mounted at the same time. */
const SHARED =
  /^(nfs4?|gfs2|ocfs2|ceph|lustre|gpfs|beegfs|cifs|smb3|virtiofs|9p|fuse\.(ceph|glusterfs|mfs))$/;

export function isShared({ type }: Pick<Mount, 'type'>): boolean {
  return SHARED.test(type);
}

/** Can another node have a file system mounted that one of these directories lies in? False where that is not known. */
export async function areOnSharedFileSystem(directories: readonly string[], root = '/'): Promise<boolean> {
  try {
    const mounts = await readMounts(root);
    return directories.some((directory) => isShared(nearestTo(directory, mounts)));
  } catch {
    return false;
  }
}

async function readMounts(root: string): Promise<Mount[]> {
  return parseMounts(await readFile(join(root, 'proc/self/mountinfo'), 'utf8'));
}

function nearestTo(directory: string, mounts: readonly Mount[]): Mount {
  const around = mounts.filter((mount) => isInside(directory, mount.directory));
  // Of two on one directory the later one hides the other.
  const [nearest] = around.reverse().sort((one, other) => other.directory.length - one.directory.length);
  if (nearest === undefined) throw new Error(`no file system holds ${directory}`);
  return nearest;
}

function parseMounts(table: string): Mount[] {
  const lines = table.matchAll(/^\S+ \S+ (\S+) \S+ (\S+) .*? - (\S+) (\S+)/gm);
  return [...lines].map(([, device = '', directory = '', type = '', source = '']) => ({
    device,
    directory: unescaped(directory),
    type,
    source: unescaped(source),
  }));
}

/** Blanks and the like are written as octal numbers, as in exportfs' table (nfs-utils, support/nfs/exports.c putexportent()). */
export function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** Is it this directory, or below it? */
export function isInside(directory: string, top: string): boolean {
  return top === '/' || `${directory}/`.startsWith(`${top}/`);
}
