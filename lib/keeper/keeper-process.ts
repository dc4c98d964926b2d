import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isAlive, type ProcessIdentity, readProcess } from '../node/process.ts';
import type { RuntimeDirectory } from '../node/runtime-directory.ts';

/** How to start a keeper: the interpreter and the program, both absolute. */
export interface KeeperProgram {
  readonly node: string;
  readonly program: string;
}

/** A keeper gets nothing of the agent's environment: neither Pacemaker's variables nor Node's options. */
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

/**
 * V8 compiles what is called often, in threads of its own, four unless told. One will do: when many clients are to be told
 * at once, the others would only take the processors from the network.
 */
export const KEEPER_OPTIONS = ['--v8-pool-size=1'] as const;

/**
 * Starts the keeper of a service in a session of its own, so that neither the end of the agent nor a kill of
 * Pacemaker's process group reaches it. @returns what can end it before it has written down its pid.
 */
export function spawnKeeper({ node, program }: KeeperProgram, ...what: readonly string[]): ChildProcess {
  const words = [...KEEPER_OPTIONS, program, ...what];
  const child = spawn(node, words, { detached: true, stdio: 'ignore', cwd: '/', env: ENVIRONMENT });
  // Whoever waits for the socket sees that it did not start; the error itself says no more than that.
  child.on('error', () => {});
  child.unref();
  return child;
}

/** Has the keeper's program do what a keeper that died cannot: leave the node. @returns whether it did, within so many milliseconds. */
export async function runLeave(keeper: KeeperProgram, name: string, within: number): Promise<boolean> {
  const child = spawnKeeper(keeper, name, 'leave');
  child.ref();
  try {
    const [code] = await once(child, 'exit', { signal: AbortSignal.timeout(Math.max(0, Math.ceil(within))) });
    return code === 0;
  } catch {
    child.kill('SIGKILL');
    child.unref();
    return false;
  }
}

/** The keeper process of this service that runs now; null: none. A reused pid is not mistaken for it. */
export async function findKeeper(directory: RuntimeDirectory): Promise<ProcessIdentity | null> {
  const pid = await directory.keeperPid();
  if (pid === null) return null;
  try {
    const words = (await readFile(`/proc/${pid}/cmdline`, 'latin1')).split('\0');
    const named = words.some((word) => /keeper\.c?js$/.test(word) || /^main\.c?js$/.test(basename(word)));
    return named && words.includes(basename(directory.path)) ? await readProcess(pid) : null;
  } catch {
    return null;
  }
}

/** Waits until the process has ended. @returns whether it has, by the deadline (milliseconds since the epoch). */
export async function ended(identity: ProcessIdentity, deadline: number): Promise<boolean> {
  while (await isAlive(identity)) {
    if (Date.now() >= deadline) return false;
    await pause(10);
  }
  return true;
}

/** Sends a signal unless the process has ended already. @param proc where procfs is mounted. */
export async function signal(identity: ProcessIdentity, name: NodeJS.Signals, proc = '/proc'): Promise<void> {
  if (!(await isAlive(identity, proc))) return;
  try {
    process.kill(identity.pid, name);
  } catch {
    // It ended between the look and the signal.
  }
}
