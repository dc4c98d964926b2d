import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '../fault.ts';
import { startGaneshaGrace } from '../node/ganesha.ts';
import { isGraceOn } from '../node/grace.ts';
import type { LockManagerKind } from '../node/lock-manager.ts';
import { graceNeeded } from './grace-needed.ts';
import { openedLength, openKernelGrace } from './open-grace-kernel.ts';

/** Grace must be seen on this soon after it was opened, milliseconds. */
const ON_WITHIN = 5000;

/** What is done on this node, and how long NFS-Ganesha's grace may take to come on, milliseconds. */
const REAL = {
  kernel: openKernelGrace,
  length: openedLength,
  start: startGaneshaGrace,
  isOn: isGraceOn,
  within: ON_WITHIN,
};

/**
 * Opens a full grace period on a lock manager that runs, and reads back that it is on. Neighbours on the node keep
 * their locks where that is possible; their clients' new locks wait until it ends.
 * @param clients how many are going to be told: a period that is on may last long enough for them
 * @param beforeDrop awaited before all locks of the node are dropped; null: they must not be.
 * @returns `restarted` where they were. @throws Fault where that is impossible here, or grace did not come on.
 */
export async function openGrace(
  kind: LockManagerKind,
  clients: number,
  beforeDrop: (() => Promise<void>) | null,
  means: Partial<typeof REAL> = {},
): Promise<'kept' | 'restarted'> {
  const { kernel, length, start, isOn, within } = { ...REAL, ...means };
  if (kind === 'kernel') {
    const needed = graceNeeded(clients, await length());
    const way = await kernel({ needed, neighbours: true, beforeDrop: beforeDrop ?? refuseToDrop });
    return way === 'threads' || way === 'sigkill' ? 'restarted' : 'kept';
  }
  await start();
  const deadline = Date.now() + within;
  while (!(await isOn('ganesha'))) {
    if (Date.now() > deadline) {
      throw new Fault('timed-out', `NFS-Ganesha's grace was not on ${within} ms after it was started`, {
        cure: 'see that Graceless is not set in ganesha.conf',
      });
    }
    await pause(50);
  }
  return 'kept';
}

/** Where nobody would tell the neighbours' clients that their locks were dropped, they are not dropped. */
function refuseToDrop(): Promise<never> {
  return Promise.reject(new Fault('bad-node', 'it would drop the locks of other services on this node'));
}
