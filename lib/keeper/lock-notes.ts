import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod/mini';
import { Fault } from '../fault.ts';
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

/** The store says it from now on. */
export async function forgetReleased({ name }: Of, { node }: On): Promise<void> {
  await rm(node.releasedFile(name), { force: true });
}

/** Locks of a service that a stop left on this node, for it to be started here again. */
export interface KeptLocks {
  readonly service: Service;
  /** Identity of the lock manager that has them. */
  readonly lockManager: string;
}

/** Rejects where it cannot be noted. */
export function noteKept(kept: KeptLocks, { node }: On): Promise<void> {
  return note(node.keptFile(kept.service.name), JSON.stringify(kept));
}

/** Those whose service has not been started here since; null: none. @throws Fault `malformed`. */
export async function keptLocks({ name }: Of, { node }: On): Promise<KeptLocks | null> {
  const path = node.keptFile(name);
  const text = await readOptional(path);
  if (text === null) return null;
  try {
    return z.object({ service: serviceSchema, lockManager: z.string() }).parse(JSON.parse(text));
  } catch (cause) {
    throw new Fault('malformed', `${path} does not say whose locks were kept`, { subject: path, cause });
  }
}

/** The service is here again, or its locks are gone. */
export async function forgetKept({ name }: Of, { node }: On): Promise<void> {
  await rm(node.keptFile(name), { force: true });
}

async function note(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
