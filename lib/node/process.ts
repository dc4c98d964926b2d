import { readFileSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { inSlices } from '../slices.ts';

/** One incarnation of a process: a pid alone is reused, a pid with its start time is not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** The command name as the kernel keeps it, at most 15 characters. */
  readonly command: string;
  /** Start time in clock ticks since boot (proc(5), /proc/PID/stat field 22). */
  readonly startTicks: number;
}

/** Threads of the kernel, by whose name anybody can call a program; whatever else is looked for is a program. */
const KERNEL_THREADS: ReadonlySet<string> = new Set(['lockd', 'nfsd']);
/** PF_KTHREAD of include/linux/sched.h in the flags of /proc/PID/stat, field 9. */
const IS_KERNEL_THREAD = 0x00200000;

/** Clock ticks a second, as the kernel shows them to user space on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Reads which process has this pid now; null: none. @param proc where procfs is mounted. */
export async function readProcess(pid: number, proc = '/proc'): Promise<ProcessIdentity | null> {
  return processNow(pid, proc)?.identity ?? null;
}

interface Found {
  readonly identity: ProcessIdentity;
  readonly isKernelThread: boolean;
}

/**
 * Synchronous: procfs is memory, and a turn through libuv's threads would cost ten times as much, every two seconds and
 * for each process.
 */
function processNow(pid: number, proc: string): Found | null {
  let stat: string;
  try {
    stat = readFileSync(join(proc, String(pid), 'stat'), 'latin1');
  } catch {
    return null;
  }
  // The command stands in parentheses and may itself hold blanks and parentheses: the last one ends it.
  const end = stat.lastIndexOf(')');
  const fields = stat.slice(end + 2).split(' ');
  const state = fields[0];
  const startTicks = Number(fields[19]);
  if (end < 0 || state === 'Z' || state === 'X' || !Number.isInteger(startTicks)) return null;
  return {
    identity: { pid, command: stat.slice(stat.indexOf('(') + 1, end), startTicks },
    isKernelThread: (Number(fields[6]) & IS_KERNEL_THREAD) !== 0,
  };
}

/**
 * The oldest process of this command that shares our network namespace: another container's statd is not ours.
 * Kernel threads count as the first namespace's. What anybody but root gives that name is none.
 */
export async function findProcess(command: string, proc = '/proc'): Promise<ProcessIdentity | null> {
  const network = await namespaceOf('self', 'net', proc);
  const named: Found[] = [];
  await inSlices(await readdir(proc), (entry) => {
    const found = /^\d+$/.test(entry) ? processNow(Number(entry), proc) : null;
    if (found?.identity.command === command) named.push(found);
  });
  let oldest: ProcessIdentity | null = null;
  for (const { identity, isKernelThread } of named) {
    if (isKernelThread !== KERNEL_THREADS.has(command)) continue;
    if ((await namespaceOf(String(identity.pid), 'net', proc)) !== network) continue;
    if (!isKernelThread && !(await isRoots(identity, proc))) continue;
    if (oldest === null || identity.startTicks < oldest.startTicks) oldest = identity;
  }
  return oldest;
}

/** All that rpc.statd and sm-notify keep as they become another user: CAP_NET_BIND_SERVICE, and nothing that could be had anew. */
const GAVE_UP = /^CapEff:\t0*400\nCapBnd:\t0+$/m;

/**
 * Did root start this program? Its real user is root; or it has done as nsm_drop_privileges() does (nfs-utils,
 * support/nsm/file.c): to empty the bounding set and still have a right takes root's, or a user namespace of one's own. It is
 * called by its own name: anybody can call sudo by another one, which is root's while it asks for a password.
 */
async function isRoots({ pid, command }: ProcessIdentity, proc: string): Promise<boolean> {
  const exe = await readlink(join(proc, String(pid), 'exe')).catch(() => '');
  if (basename(programOf(exe)) !== command) return false;
  const status = await readFile(join(proc, String(pid), 'status'), 'latin1').catch(() => '');
  if (/^Uid:\t0\t/m.test(status)) return true;
  const isOurs = (await namespaceOf(String(pid), 'user', proc)) === (await namespaceOf('self', 'user', proc));
  return isOurs && GAVE_UP.test(status);
}

/** What a link /proc/PID/exe leads to, whose package may have been upgraded since. */
export function programOf(exe: string): string {
  return exe.replace(/ \(deleted\)$/, '');
}

/** Is this incarnation still there? Costs one read. */
export async function isAlive(identity: ProcessIdentity, proc = '/proc'): Promise<boolean> {
  const now = processNow(identity.pid, proc)?.identity;
  return now?.startTicks === identity.startTicks && now.command === identity.command;
}

/** An opaque word for the incarnation, as the lock store keeps it. */
export function identityWord(identity: ProcessIdentity): string {
  return `${identity.command}:${identity.pid}:${identity.startTicks}`;
}

/** When the process started, in milliseconds since the epoch, good to about a second. */
export async function startedAt(identity: ProcessIdentity, proc = '/proc'): Promise<number> {
  const stat = await readFile(join(proc, 'stat'), 'latin1');
  const bootSeconds = Number(/^btime (\d+)$/m.exec(stat)?.[1]);
  return bootSeconds * 1000 + (identity.startTicks * 1000) / TICKS_PER_SECOND;
}

/** The pid that was given last in our pid namespace (proc(5), /proc/loadavg): another one, if any process was born. */
export function newestPid(proc = '/proc'): string | null {
  try {
    return readFileSync(join(proc, 'loadavg'), 'latin1').trim().split(' ').at(-1) as string;
  } catch {
    return null;
  }
}

async function namespaceOf(pid: string, kind: 'net' | 'user', proc: string): Promise<string | null> {
  try {
    return await readlink(join(proc, pid, 'ns', kind));
  } catch {
    return null;
  }
}
