import { readFileSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { inSlices } from '../slices.ts';

/** One incarnation of a process: a pid alone is reused, a pid with its start time is not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** The command name as the kernel keeps it, at most 15 characters. */
  readonly command: string;
  /** Start time in clock ticks since boot (proc(5), /proc/PID/stat field 22). */
  readonly startTicks: number;
}

/** Clock ticks a second, as the kernel shows them to user space on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Reads which process has this pid now; null: none. @param proc where procfs is mounted. */
export async function readProcess(pid: number, proc = '/proc'): Promise<ProcessIdentity | null> {
  return processNow(pid, proc);
}

/**
 * Synchronous: procfs is memory, and a turn through libuv's threads would cost ten times as much, every two seconds and
 * for each process.
 */
function processNow(pid: number, proc: string): ProcessIdentity | null {
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
  return { pid, command: stat.slice(stat.indexOf('(') + 1, end), startTicks };
}

/**
 * The oldest process of this command that shares our network namespace: another container's statd is not ours.
 * Kernel threads count as the first namespace's.
 */
export async function findProcess(command: string, proc = '/proc'): Promise<ProcessIdentity | null> {
  const network = await networkNamespace('self', proc);
  const named: ProcessIdentity[] = [];
  await inSlices(await readdir(proc), (entry) => {
    const found = /^\d+$/.test(entry) ? processNow(Number(entry), proc) : null;
    if (found?.command === command) named.push(found);
  });
  let oldest: ProcessIdentity | null = null;
  for (const found of named) {
    if ((await networkNamespace(String(found.pid), proc)) !== network) continue;
    if (oldest === null || found.startTicks < oldest.startTicks) oldest = found;
  }
  return oldest;
}

/** Is this incarnation still there? Costs one read. */
export async function isAlive(identity: ProcessIdentity, proc = '/proc'): Promise<boolean> {
  const now = await readProcess(identity.pid, proc);
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

async function networkNamespace(pid: string, proc: string): Promise<string | null> {
  try {
    return await readlink(join(proc, pid, 'ns/net'));
  } catch {
    return null;
  }
}
