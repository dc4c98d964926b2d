import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LockManager } from '../node/lock-manager.ts';
import type { NodeDirectory } from '../node/node-directory.ts';
import { readOptional } from '../node/optional-file.ts';
import { type Service, serviceSchema } from '../node/service.ts';

/** What a service that stopped did with its locks on this node, for what comes after it here. */
type Of = Pick<Service, 'name'>;
interface On {
  readonly node: NodeDirectory;
}

/**
 * That the locks were released, where the lock store could not be told: it says whose they were, by the lock manager's
 * identity, and so means nothing to any other node, boot or lock manager. Noted before it is done: whoever starts here next
 * must not take locks for held that are gone. Rejects where it cannot be.
 */
export function noteReleased({ name }: Of, { identity }: LockManager, { node }: On): Promise<void> {
  return note(node.releasedFile(name), identity);
}

/** Is it noted that the locks which this lock manager had for the service were released? */
export async function isNotedReleased(
  { name }: Of,
  lockManager: LockManager | null,
  { node }: On,
): Promise<boolean> {
  return lockManager !== null && (await readOptional(node.releasedFile(name))) === lockManager.identity;
}

/** That the locks stayed, for the service to be started here again. Rejects where it cannot be noted. */
export function noteKept(service: Service, { node }: On): Promise<void> {
  return note(node.keptFile(service.name), JSON.stringify(service));
}

/** The service whose locks stayed here, and which has not been started since; null: none that this version knows. */
export async function keptHere({ name }: Of, { node }: On): Promise<Service | null> {
  try {
    return serviceSchema.parse(JSON.parse(await readFile(node.keptFile(name), 'utf8')));
  } catch {
    return null;
  }
}

/** The lock store says it from now on. */
export async function forgetNotes({ name }: Of, { node }: On): Promise<void> {
  await rm(node.releasedFile(name), { force: true });
  await rm(node.keptFile(name), { force: true });
}

async function note(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, text, { mode: 0o600 });
}
