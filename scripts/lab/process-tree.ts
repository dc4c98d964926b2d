import { open, readdir, readlink } from 'node:fs/promises';

/** The process ids of a process's children, oldest first; none when it has gone. */
export async function childrenOf(pid: number): Promise<number[]> {
  const file = await open(`/proc/${pid}/task/${pid}/children`).catch(() => undefined);
  if (file === undefined) return [];
  try {
    // One read: the kernel makes this list anew, perhaps without end, for each further one.
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096));
    return buffer.toString('utf8', 0, bytesRead).split(' ').filter(Boolean).map(Number);
  } finally {
    await file.close();
  }
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

/** Sends a signal to every process of the pid namespace that begins with process `first`. */
export async function signalNamespace(first: number, signal: NodeJS.Signals): Promise<void> {
  const wanted = await readlink(`/proc/${first}/ns/pid`);
  const reached = new Set<number>();
  // A process may have forked while the list was read: look again until nobody new is there.
  for (let before = -1; before < reached.size; ) {
    before = reached.size;
    for (const entry of await readdir('/proc')) {
      const pid = Number(entry);
      if (!Number.isInteger(pid) || reached.has(pid)) continue;
      const namespace = await readlink(`/proc/${pid}/ns/pid`).catch(() => '');
      if (namespace !== wanted) continue;
      reached.add(pid);
      process.kill(pid, signal);
    }
  }
}
