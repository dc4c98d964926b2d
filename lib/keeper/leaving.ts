import { sentenceOf } from '../fault.ts';
import type { Log } from '../node/event-log.ts';
import type { Service } from '../node/service.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * Releases the locks of a service that leaves this node, unless they may still be needed here: while its address is
 * here, or never was, or where the service was stopped to be started here again.
 * @param addressSeen whether an address of the service was up on this node since it was adopted.
 * @returns whether they were released.
 */
export async function releaseOnLeaving(
  service: Service,
  addressSeen: boolean,
  surroundings: Pick<Surroundings, 'atWork' | 'localAddresses' | 'releaseLocks' | 'wasStoppedAlone'>,
  log: Log,
): Promise<boolean> {
  const { name, addresses, exports, unlockOnStop } = service;
  const local = surroundings.localAddresses();
  if (!unlockOnStop || !addressSeen || addresses.some((address) => local.has(address))) return false;
  const { lockManager } = await surroundings.atWork();
  if (lockManager === null || (await surroundings.wasStoppedAlone(name))) return false;
  // The kernel drops locks by export: where none are named, there is nothing that could be released.
  if (lockManager.kind === 'kernel' && exports.length === 0) return false;
  try {
    await surroundings.releaseLocks(lockManager.kind, service);
    return true;
  } catch (error) {
    log('release-failed', { reason: sentenceOf(error) });
    return false;
  }
}
