import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { waitUntil } from './wait-until.ts';

/** Whether a child has ended and been reaped. */
export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Resolves when a child has been reaped, at once when it has been already. */
export async function exitOf(child: ChildProcess): Promise<void> {
  if (!hasEnded(child)) await once(child, 'exit');
}

/** Kills a wrapped process and waits until its wrapper has been reaped, and so everything in its pid namespace. */
export async function killAndReap(wrapper: ChildProcess, pid: number, what: string): Promise<void> {
  if (!hasEnded(wrapper)) process.kill(pid, 'SIGKILL');
  await waitUntil(`${what} has ended`, { timeout: 20, interval: 0.005 }, () => hasEnded(wrapper));
}

/** What a child says while it starts. */
export interface Listener {
  /** Waits for a line on its standard output; throws when it ends before it has printed that line. */
  hear(line: string): Promise<void>;
  /** What it has written to its standard error so far. */
  complaints(): string;
}

/** Listens to a child that was started with pipes; `what` names it in errors. */
export function listenTo(child: ChildProcess, what: string): Listener {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error(`${what} was started without pipes`);
  const heard = new Set<string>();
  const waiting = new Map<string, () => void>();
  let errors = '';
  stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  createInterface(stdout).on('line', (line) => {
    heard.add(line);
    waiting.get(line)?.();
  });
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`${what} ended (exit code ${code}): ${errors}`)));
  });
  // That it ends later, when nobody waits any more, is no error.
  ended.catch(() => undefined);
  return {
    hear(line) {
      const said = new Promise<void>((resolve) => {
        if (heard.has(line)) resolve();
        else waiting.set(line, resolve);
      });
      return Promise.race([said, ended]);
    },
    complaints: () => errors,
  };
}
