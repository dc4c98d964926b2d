import { readFile, realpath, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Fault } from '../fault.ts';
import { ProcessWatch } from './lock-manager.ts';
import { mountsUnder } from './mount-table.ts';

/**
 * Makes lockd drop every client's locks on the file system that holds `directory`, without restarting anything
 * (/proc/fs/nfsd/unlock_filesystem). For a service whose address has left this node; its monitor records stay as they
 * are. @throws Fault `failed` where the directory or nfsd's control files are not there.
 */
export async function dropLocks(directory: string, root = '/'): Promise<void> {
  try {
    await writeFile(join(root, 'proc/fs/nfsd/unlock_filesystem'), `${escaped(directory)}\n`);
  } catch (cause) {
    throw new Fault('failed', 'the locks of an export could not be dropped', { subject: directory, cause });
  }
}

/** One word, as net/sunrpc/cache.c qword_get() reads it. */
function escaped(path: string): string {
  return path.replace(/[ \n\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

/** How many locks lockd holds for its clients, seen in one look. */
export interface LockCount {
  readonly all: number;
  /**
   * Those on the file systems that some directories lie in, and on those mounted in them; all where no directory is named.
   * null: one of them is not there.
   */
  readonly own: number | null;
}

/** Counts lockd's locks, and those in these directories. @throws Error where the kernel does not list them. */
export async function countLocks(directories: readonly string[], root = '/'): Promise<LockCount> {
  const devices = await devicesUnder(directories, root).catch(() => null);
  // Last: whoever asks takes them for what there is now.
  const locks = await lockDevices(root);
  if (directories.length === 0) return { all: locks.length, own: locks.length };
  const own = devices && locks.filter((device) => devices.has(device)).length;
  return { all: locks.length, own };
}

async function devicesUnder(directories: readonly string[], root: string): Promise<ReadonlySet<string>> {
  const devices = new Set<string>();
  for (const directory of directories) {
    const real = await realDirectory(directory, root);
    for (const { device } of await mountsUnder(real, root)) devices.add(device);
  }
  return devices;
}

/** The directory that this path leads to, links followed. @throws Error where it is not there. */
export async function realDirectory(directory: string, root: string): Promise<string> {
  return `/${relative(root, await realpath(join(root, directory)))}`;
}

/** lockd, by the root that it was looked for in: who counts again and again need not look through all processes each time. */
const lockds = new Map<string, ProcessWatch>();

function lockdOf(root: string): ProcessWatch {
  const known = lockds.get(root) ?? new ProcessWatch('lockd', join(root, 'proc'));
  lockds.set(root, known);
  return known;
}

/**
 * The device, `MAJOR:MINOR` in decimal, of each lock that lockd holds: lines of /proc/locks whose process is lockd
 * (fs/lockd/svc4proc.c nlm4svc_retrieve_args() makes it the owner; fs/locks.c lock_get_status() prints them).
 */
export async function lockDevices(root: string): Promise<string[]> {
  const lockd = await lockdOf(root).now();
  const table = await readFile(join(root, 'proc/locks'), 'latin1');
  const locks = [...table.matchAll(/^\d+: POSIX +\S+ +\S+ +(\d+) ([\da-f]+):([\da-f]+):/gm)];
  return locks.flatMap(([, pid, major = '', minor = '']) =>
    Number(pid) === lockd?.pid ? [`${Number.parseInt(major, 16)}:${Number.parseInt(minor, 16)}`] : [],
  );
}
