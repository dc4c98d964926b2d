import { releaseGaneshaAddress } from './ganesha.ts';
import { dropLocks } from './kernel-locks.ts';
import type { LockManagerKind } from './lock-manager.ts';
import type { Service } from './service.ts';

/**
 * Drops the locks that this node still holds for a service whose address has left, so that they cannot stand in the
 * way of the reclaims on the adoptive node. The kernel is told by exported directory, NFS-Ganesha by address.
 */
export async function releaseLocks(
  kind: LockManagerKind,
  { addresses, exports }: Pick<Service, 'addresses' | 'exports'>,
  { release = releaseGaneshaAddress, drop = dropLocks } = {},
): Promise<void> {
  if (kind === 'ganesha') for (const address of addresses) await release(address);
  else for (const directory of exports) await drop(directory);
}
