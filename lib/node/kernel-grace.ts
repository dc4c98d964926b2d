import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { errnoOf, Fault } from '../fault.ts';
import { lockdRestartedAt } from './lockd-restart.ts';
import { nfsdThreads } from './nfsd.ts';
import { NODE_DIRECTORY, NodeDirectory } from './node-directory.ts';
import { readOptional } from './optional-file.ts';
import { findProcess } from './process.ts';

/** Whether the kernel's lock manager takes reclaims, and refuses new locks, now. */
export interface GraceStatus {
  readonly on: boolean;
  /**
   * Has nfsd threads? Without them lockd is gone, too, unless an NFS mount of the node's own keeps it up: that one goes on, and
   * out of grace it refuses reclaims and grants new locks. Either way their start may begin a grace period: one that is seen
   * off meanwhile is not over yet.
   */
  readonly served: boolean;
  /** Milliseconds that it lasts for at least, as far as can be known; null: unknown. 0 when it is off. */
  readonly remaining: number | null;
  /**
   * lockd honours its own grace period and nfsd's NFSv4 one (locks_in_grace(), fs/nfs_common/grace.c), even where NFSv4
   * is not served. null: that manager does not run, or this kernel does not have it.
   */
  readonly managers: { readonly nlm: boolean | null; readonly nfsd4: boolean | null };
}

type Write = (path: string, text: string) => Promise<void>;

const LOCKD_FILE = 'proc/fs/lockd/nlm_end_grace';
const NFSD_FILE = 'proc/fs/nfsd/v4_end_grace';

/** Reads whether grace is on in our network namespace, and for how long. @param root what to read as `/`. */
export async function readKernelGrace(root = '/'): Promise<GraceStatus> {
  const { on, served, managers } = await kernelGraceNow(root);
  const ends = await Promise.all([
    managers.nlm === true ? left('lockd', lockdLength, root) : 0,
    managers.nfsd4 === true ? left('nfsd', nfsdLength, root) : 0,
  ]);
  const known = ends.filter((end) => end !== null);
  // The later end counts; where one is unknown, the other one still holds if it is there at all.
  const most = Math.max(...known, 0);
  return { on, served, remaining: on && most === 0 ? null : most, managers };
}

/** The same without how long it lasts: a few reads, for who looks again and again. */
export async function kernelGraceNow(root = '/'): Promise<Omit<GraceStatus, 'remaining'>> {
  const nlm = await runsNow(join(root, LOCKD_FILE));
  const served = ((await nfsdThreads(root)) ?? 0) > 0;
  // An nfsd that never ran says `N` as well: only one with threads has a grace period.
  const nfsd4 = served ? await runsNow(join(root, NFSD_FILE)) : null;
  return { on: nlm === true || nfsd4 === true, served, managers: { nlm, nfsd4 } };
}

/**
 * Ends both managers' grace and reads back until both are over: the NFSv4 write works asynchronously.
 * @param timeout milliseconds. @throws Fault `timed-out`, or `failed` where the kernel refuses.
 */
export async function endKernelGrace(root = '/', timeout = 5000, write: Write = writeFile): Promise<void> {
  const deadline = Date.now() + timeout;
  let { on, managers } = await kernelGraceNow(root);
  while (on) {
    if (managers.nlm === true) await writeYes(join(root, LOCKD_FILE), write);
    if (managers.nfsd4 === true) await writeYes(join(root, NFSD_FILE), write);
    ({ on, managers } = await kernelGraceNow(root));
    if (!on) return;
    if (Date.now() > deadline) {
      throw new Fault('timed-out', `the grace period did not end within ${timeout} ms`, {
        subject: LOCKD_FILE,
      });
    }
    await delay(20);
  }
}

/** `N` and a NUL while grace runs, `Y` when it is over (fs/lockd/procfs.c, fs/nfsd/nfsctl.c write_v4_end_grace()). */
async function runsNow(path: string): Promise<boolean | null> {
  const text = await readOptional(path);
  return text === null ? null : text.startsWith('N');
}

/**
 * The rest of a grace period that began when this kernel thread did, or when one of us made lockd begin it anew; null where
 * that is over or the thread is not to be seen: somebody else began it anew, or it is another network namespace's. Where it
 * is wrong this is too little, never too much.
 */
async function left(
  thread: string,
  length: (root: string) => Promise<number | null>,
  root: string,
): Promise<number | null> {
  const [found, seconds] = [await findProcess(thread, join(root, 'proc')), await length(root)];
  if (found === null || seconds === null) return null;
  const uptime = Number.parseFloat(await readFile(join(root, 'proc/uptime'), 'latin1'));
  const { lockdRestart } = new NodeDirectory(join(root, NODE_DIRECTORY));
  const restarted = await lockdRestartedAt(lockdRestart, found);
  // A clock that was set back makes the note seem to come from the future.
  const age =
    restarted === null ? uptime * 1000 - found.startTicks * 10 : Math.max(Date.now() - restarted, 0);
  const rest = Math.round(seconds * 1000 - age);
  return rest > 0 ? rest : null;
}

/** Seconds, fs/lockd/grace.c get_lockd_grace_period(): in whole time-outs, five of them where nothing is set. */
export async function lockdLength(root: string): Promise<number | null> {
  const grace = await readNumber(join(root, 'proc/sys/fs/nfs/nlm_grace_period'));
  const timeout = await readNumber(join(root, 'proc/sys/fs/nfs/nlm_timeout'));
  if (grace === null || timeout === null) return null;
  return grace === 0 ? timeout * 5 : Math.ceil(grace / timeout) * timeout;
}

/** Seconds that nfsd's NFSv4 grace period lasts for; null: unknown. */
export function nfsdLength(root: string): Promise<number | null> {
  return readNumber(join(root, 'proc/fs/nfsd/nfsv4gracetime'));
}

/** The longer of the grace periods that a start of the kernel's lock manager and NFS server begins, seconds; null: unknown. */
export async function graceLength(root = '/'): Promise<number | null> {
  const known = (await Promise.all([lockdLength(root), nfsdLength(root)])).filter(
    (length) => length !== null,
  );
  return known.length === 0 ? null : Math.max(...known);
}

async function readNumber(path: string): Promise<number | null> {
  const text = await readOptional(path);
  return text === null ? null : Number.parseInt(text, 10);
}

async function writeYes(path: string, write: Write): Promise<void> {
  try {
    await write(path, 'Y');
  } catch (error) {
    // It ended by itself since we read the file.
    if (errnoOf(error) === 'EBUSY') return;
    throw new Fault('failed', 'the grace period could not be ended', { subject: path, cause: error });
  }
}
