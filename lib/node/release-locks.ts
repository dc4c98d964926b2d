import { Fault } from '../fault.ts';
import { releaseGaneshaAddress } from './ganesha.ts';
import { dropLocks } from './kernel-locks.ts';
import type { LockManagerKind } from './lock-manager.ts';
import { nestedLocks } from './nested-locks.ts';
import type { Service } from './service.ts';

/**
 * Drops the locks that this node still holds for a service whose address has left, so that they cannot stand in the
 * way of the reclaims on the adoptive node, nor keep a file system mounted. The kernel is told by exported directory, and by
 * what is mounted in there; NFS-Ganesha by address: all are tried.
 * @throws Fault `failed` naming those that could not be.
 */
export async function releaseLocks(
  kind: LockManagerKind,
  service: Pick<Service, 'name' | 'addresses' | 'exports'>,
  { release = releaseGaneshaAddress, drop = dropLocks, nested = nestedLocks } = {},
): Promise<void> {
  const failed: string[] = [];
  let cause: unknown;
  const attempt = async (name: string, action: () => Promise<unknown>) => {
    try {
      await action();
    } catch (error) {
      failed.push(name);
      cause = error;
    }
  };
  const dropAll = (directories: readonly string[]) =>
    Promise.all(directories.map((directory) => attempt(directory, () => drop(directory))));
  // At once: a lock manager that does not answer takes the time of one.
  if (kind === 'ganesha') {
    await Promise.all(service.addresses.map((address) => attempt(address, () => release(address))));
  } else {
    const below = attempt('what is mounted in them', async () => dropAll(await nested(service)));
    await Promise.all([dropAll(service.exports), below]);
  }
  if (failed.length > 0)
    throw new Fault('failed', `locks could not be dropped for ${failed.join(', ')}`, { cause });
}
