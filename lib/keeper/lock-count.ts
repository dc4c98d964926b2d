import type { Service } from '../node/service.ts';
import type { Kept } from './kept.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * Notes in the lock store how many locks the service's clients hold, where grace is to end early after a failover and what
 * they hold can be told from what others do: by its exports. Not while clients are to recover, nor where the lock manager
 * is not the one that has had them. A look that fails is left out: the next one comes soon.
 */
export async function noteLockCount(
  { graceEnd, exports }: Pick<Service, 'graceEnd' | 'exports'>,
  { store, writer, recovering }: Pick<Kept, 'store' | 'writer' | 'recovering'>,
  { atWork, countLocksUnder }: Pick<Surroundings, 'atWork' | 'countLocksUnder'>,
): Promise<void> {
  if (graceEnd !== 'settled' || exports.length === 0 || recovering.phase !== 'capturing') return;
  const count = await countLocksUnder(exports).catch(() => null);
  // It is looked at afterwards: one that went meanwhile took its locks along.
  const { lockManager } = await atWork();
  if (lockManager?.kind !== 'kernel' || lockManager.identity !== store.state.holder.lockManager) return;
  if (count === null || count === store.state.lockCount || recovering.phase !== 'capturing') return;
  await writer.push([{ type: 'locks', count }]);
}
