import { existsSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '../fault.ts';
import { lockFile } from '../node/file-lock.ts';
import type { RuntimeDirectory } from '../node/runtime-directory.ts';

/**
 * How long a service that was stopped alone may take to be started here again, milliseconds. A restart takes seconds. Where
 * the rest of its group has to leave instead, the cluster does not stop it once more, and Filesystem's stop, which tries to
 * unmount for 60 s (resource-agents), comes to nothing as long as the locks are there.
 */
const STARTED_WITHIN = 20_000;
/** Milliseconds between two looks at that. */
const LOOK_EVERY = 500;
/** How long it may take to begin a start, and to leave as leaveKept does, milliseconds. */
const BEGINS_WITHIN = 1000;
const LEAVES_WITHIN = 15_000;

/** A service, and where its run-time state is. */
interface Of {
  readonly name: string;
  readonly directory: Pick<RuntimeDirectory, 'serviceFile' | 'node'>;
}

/**
 * Waits for a service whose stop has left its locks here to be started here again; where it is not, leaves.
 * @returns whether nothing is left to do.
 */
export async function leaveUnlessStarted(
  { name, directory }: Of,
  leave: () => Promise<boolean>,
  within = STARTED_WITHIN,
): Promise<boolean> {
  const settled = () => existsSync(directory.serviceFile) || !existsSync(directory.node.keptFile(name));
  const deadline = performance.now() + within;
  while (!settled() && performance.now() < deadline) await pause(LOOK_EVERY);
  if (settled()) return true;
  const release = await lockFile(directory.node.keptLock(name), BEGINS_WITHIN);
  // Whoever has it has begun to start, or leaves.
  if (release === null) return true;
  try {
    return settled() || (await leave());
  } finally {
    await release();
  }
}

/**
 * Begins a start: whoever leaves for the service by now has left before it does, so that it takes no locks for kept that go.
 * @throws Fault `timed-out` where that takes too long.
 */
export async function beginStart(
  { name, directory: { node } }: Of,
  begin: () => Promise<void>,
  within = LEAVES_WITHIN,
): Promise<void> {
  if (!existsSync(node.keptFile(name))) return begin();
  const release = await lockFile(node.keptLock(name), within);
  if (release === null)
    throw new Fault('timed-out', 'the locks that the last stop left here are still being released');
  try {
    await begin();
  } finally {
    await release();
  }
}
