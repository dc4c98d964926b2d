import { Fault } from '../fault.ts';
import { releaseGaneshaAddress } from './ganesha.ts';
import { dropLocks } from './kernel-locks.ts';
import type { LockManagerKind } from './lock-manager.ts';
import type { Service } from './service.ts';

/**
 * Drops the locks that this node still holds for a service whose address has left, so that they cannot stand in the
 * way of the reclaims on the adoptive node. The kernel is told by exported directory, NFS-Ganesha by address: all are tried.
 * @throws Fault `failed` naming those that could not be.
 */
export async function releaseLocks(
  kind: LockManagerKind,
  { addresses, exports }: Pick<Service, 'addresses' | 'exports'>,
  { release = releaseGaneshaAddress, drop = dropLocks } = {},
): Promise<void> {
  const [names, one] = kind === 'ganesha' ? [addresses, release] : [exports, drop];
  const failed: string[] = [];
  let cause: unknown;
  const attempt = async (name: string) => {
    try {
      await one(name);
    } catch (error) {
      failed.push(name);
      cause = error;
    }
  };
  // At once: a lock manager that does not answer takes the time of one.
  await Promise.all(names.map(attempt));
  if (failed.length > 0)
    throw new Fault('failed', `locks could not be dropped for ${failed.join(', ')}`, { cause });
}
