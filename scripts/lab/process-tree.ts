import { readFile } from 'node:fs/promises';

/** The process ids of a process's children, oldest first; none when it has gone. */
export async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}

/**
 * The process that `nsenter` and `unshare` wrapped: each forks once to enter a pid namespace and waits, so the
 * one below them is the program itself. Undefined until it is there.
 */
export async function innermost(pid: number, depth: number): Promise<number | undefined> {
  let found: number | undefined = pid;
  for (let level = 0; level < depth && found !== undefined; level += 1) {
    found = (await childrenOf(found))[0];
  }
  return found;
}
