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

/** File systems that all nodes have mounted at the same time, with the locks of each seen by all. */
const CLUSTER = /^(gfs2|ocfs2|ceph|lustre|gpfs|beegfs|fuse\.(ceph|glusterfs|mfs))$/;

export function isCluster({ type }: Pick<Mount, 'type'>): boolean {
  return CLUSTER.test(type);
}

/** Does one of these directories lie in a cluster file system? False where that is not known. */
export async function areOnClusterFileSystem(directories: readonly string[], root = '/'): Promise<boolean> {
  try {
    const mounts = await readMounts(root);
    return directories.some((directory) => isCluster(nearestTo(directory, mounts)));
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
