import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sentenceOf } from '../fault.ts';
import type { Log } from '../node/event-log.ts';
import type { LockManager } from '../node/lock-manager.ts';
import { readOptional } from '../node/optional-file.ts';
import type { Service } from '../node/service.ts';
import { holderOfLocksLeft, releaseOnLeaving } from './leaving.ts';
import type { Surroundings } from './surroundings.ts';

type Means = Pick<Surroundings, 'atWork' | 'localAddresses' | 'wasStoppedAlone' | 'releaseLocks' | 'node'>;

/**
 * Releases the locks of a service that leaves this node after its keeper has died: they would keep its file system
 * mounted, whose stop then fails, and the node is fenced. Nobody is left who may write to the lock store, for whoever
 * claims it takes it from the node that may have it by now; so that they are gone is noted on this node, for which alone
 * it means anything. @returns whether nothing is left to release; what failed is logged.
 */
export async function releaseLate(service: Service, means: Means, log: Log): Promise<boolean> {
  try {
    const holder = await holderOfLocksLeft(service, true, means);
    if (holder === null) return true;
    // Noted before it is done: whoever starts here next must not take locks for held that are gone.
    await note(service, holder, means);
    return await releaseOnLeaving(service, holder, means, log);
  } catch (error) {
    log('release-failed', { reason: sentenceOf(error) });
    return false;
  }
}

/** Have the locks that this lock manager had for the service been released so? */
export async function wasReleasedLate(
  { name }: Pick<Service, 'name'>,
  lockManager: LockManager | null,
  { node }: Pick<Means, 'node'>,
): Promise<boolean> {
  return lockManager !== null && (await readOptional(node.releasedFile(name))) === lockManager.identity;
}

/** The lock store says it from now on. */
export async function forgetLateRelease(
  { name }: Pick<Service, 'name'>,
  { node }: Pick<Means, 'node'>,
): Promise<void> {
  await rm(node.releasedFile(name), { force: true });
}

async function note(
  { name }: Pick<Service, 'name'>,
  { identity }: LockManager,
  { node }: Pick<Means, 'node'>,
): Promise<void> {
  const path = node.releasedFile(name);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, identity, { mode: 0o600 });
}
