import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Resolves when a child has been reaped, at once when it has been already. */
export async function exitOf(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/**
 * Listens to a child's standard output. The function returned waits for a line that the child prints, and
 * throws with the child's errors if it ends before.
 */
export function listenTo(child: ChildProcess, what: string): (line: string) => Promise<void> {
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
  return (line) => {
    const said = new Promise<void>((resolve) => {
      if (heard.has(line)) resolve();
      else waiting.set(line, resolve);
    });
    return Promise.race([said, ended]);
  };
}
