import type { Service } from '../node/service.ts';
import type { Kept } from './kept.ts';
import type { Surroundings } from './surroundings.ts';

/** What is looked at for that. */
export type CountersHere = Pick<Surroundings, 'countLocks' | 'atWork' | 'localAddresses'>;

/**
 * Notes in the lock store how many locks the service's clients hold, where grace is to end early after a failover. Not while
 * clients are to recover, nor where the lock manager is not the one that has had them, nor without an address of the service:
 * once that has left, exportfs drops them. A look that fails is left out: the next one comes soon.
 */
export async function noteLockCount(
  service: Pick<Service, 'graceEnd' | 'exports' | 'addresses'>,
  { store, writer, recovering }: Pick<Kept, 'store' | 'writer' | 'recovering'>,
  surroundings: CountersHere,
): Promise<void> {
  if (service.graceEnd !== 'settled' || recovering.phase !== 'capturing') return;
  const count = await surroundings.countLocks(service.exports).then(
    ({ own }) => own,
    () => null,
  );
  // They are looked at afterwards: what went meanwhile took locks along.
  const local = surroundings.localAddresses();
  const { lockManager } = await surroundings.atWork();
  if (lockManager?.kind !== 'kernel' || lockManager.identity !== store.state.holder.lockManager) return;
  if (!service.addresses.some((address) => local.has(address))) return;
  if (count === null || count === store.state.lockCount || recovering.phase !== 'capturing') return;
  await writer.push([{ type: 'locks', count }]);
}
