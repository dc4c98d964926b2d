import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LockManager } from '../node/lock-manager.ts';
import { readOptional } from '../node/optional-file.ts';
import type { Service } from '../node/service.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * That the locks of a service were released on this node, where the lock store could not be told: it says whose they were,
 * by the lock manager's identity, and so means nothing to any other node, boot or lock manager.
 */
type Of = Pick<Service, 'name'>;
type On = Pick<Surroundings, 'node'>;

/** Noted before it is done: whoever starts here next must not take locks for held that are gone. Rejects where it cannot be. */
export async function noteReleased({ name }: Of, { identity }: LockManager, { node }: On): Promise<void> {
  const path = node.releasedFile(name);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, identity, { mode: 0o600 });
}

/** Is it noted that the locks which this lock manager had for the service were released? */
export async function isNotedReleased(
  { name }: Of,
  lockManager: LockManager | null,
  { node }: On,
): Promise<boolean> {
  return lockManager !== null && (await readOptional(node.releasedFile(name))) === lockManager.identity;
}

/** The lock store says it from now on. */
export async function forgetReleased({ name }: Of, { node }: On): Promise<void> {
  await rm(node.releasedFile(name), { force: true });
}
