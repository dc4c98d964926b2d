import { setTimeout as pause } from 'node:timers/promises';
import { sentenceOf } from '../fault.ts';
import type { Log } from '../node/event-log.ts';
import type { LockManager } from '../node/lock-manager.ts';
import type { Service } from '../node/service.ts';
import type { Capturing } from './capturing.ts';
import type { DurableWriter } from './durable.ts';
import { noteKept, noteReleased } from './lock-notes.ts';
import type { Recovering } from './recovering.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * What the last capture gets to become durable, milliseconds; after that the storage is given up. A service that leaves
 * waits longer: locks that are not released keep their file system mounted, whose stop then fails, and the node is fenced.
 */
export const LAST_CAPTURE_WITHIN = { leaving: 4000, makingRoom: 800 };

/** A service that leaves this node. */
export interface Leaving {
  readonly service: Service;
  readonly writer: DurableWriter;
  readonly capturing: Capturing;
  readonly recovering: Recovering;
  /** Whether an address of the service was up on this node since it was adopted. */
  readonly addressSeen: boolean;
  readonly log: Log;
}

/**
 * A last capture, the word that the service has left, and the release of its locks where that is due. Where another
 * node has claimed the service, what is written here is of an epoch that nobody reads any more once that claim is
 * established, and counts if its claimant died before. Bounded, whatever the storage does.
 * @returns whether the last capture became durable.
 */
export async function leave(
  { service, writer, capturing, recovering, addressSeen, log }: Leaving,
  surroundings: Surroundings,
): Promise<boolean> {
  capturing.end();
  recovering.abort();
  const last = capturing.last();
  const left = await locksLeft(service, addressSeen, surroundings);
  const ended = last.then(() =>
    writer.push([{ type: 'ended', at: Date.now(), released: left?.kept === false }]),
  );
  const giveUp = pause(LAST_CAPTURE_WITHIN.leaving, 'hung' as const, { ref: false });
  const durable = (await Promise.race([ended, giveUp])) !== 'hung';
  const released = await release({ service, left, durable, log }, surroundings);
  log('stopped', { released, durable });
  return durable;
}

/**
 * A last capture for a keeper that goes on in place: the service stays, so nothing is released and the epoch has not
 * ended. Bounded, whatever the storage does. @returns whether everything became durable.
 */
export async function makeRoom({
  writer,
  capturing,
  recovering,
  log,
}: Pick<Leaving, 'writer' | 'capturing' | 'recovering' | 'log'>): Promise<boolean> {
  capturing.end();
  const giveUp = pause(LAST_CAPTURE_WITHIN.makingRoom, 'hung' as const, { ref: false });
  const done = Promise.all([capturing.last(), recovering.breakOff()]).then(() => writer.settled());
  const durable = (await Promise.race([done, giveUp])) !== 'hung';
  log('replaced', { durable });
  return durable;
}

/** Locks of a service that leaves this node, which nobody else will release. */
export interface LocksLeft {
  readonly holder: LockManager;
  /** Whether they are to stay, because the service was stopped to be started here again. */
  readonly kept: boolean;
}

/** The locks that a service leaves on this node; null: they may still be needed, while its address is here or never was. */
export async function locksLeft(
  { name, addresses, exports, sharedDir, unlockOnStop }: Service,
  addressSeen: boolean,
  surroundings: Pick<
    Surroundings,
    'atWork' | 'localAddresses' | 'wasStoppedAlone' | 'areOnClusterFileSystem'
  >,
): Promise<LocksLeft | null> {
  const local = surroundings.localAddresses();
  if (!unlockOnStop || !addressSeen || addresses.some((address) => local.has(address))) return null;
  const { lockManager: holder } = await surroundings.atWork();
  // The kernel drops locks by export: where none are named, there is nothing that could be released.
  if (holder === null || (holder.kind === 'kernel' && exports.length === 0)) return null;
  // What is stopped has no stickiness: it may be started elsewhere, where the locks of a cluster file system would be in the
  // way. Any other has to be unmounted here before. Where no export is named, the lock store is most likely beside them.
  const moves = !(await surroundings.areOnClusterFileSystem(exports.length > 0 ? exports : [sharedDir]));
  return { holder, kept: moves && (await surroundings.wasStoppedAlone(name)) };
}

/** A service whose locks are to be released on this node. */
interface Releasing extends Pick<Leaving, 'service' | 'log'> {
  /** null: none are. */
  readonly left: LocksLeft | null;
  /** Whether the lock store says by now that they are released. */
  readonly durable: boolean;
}

/**
 * Releases the locks that a service left on this node, once that is written down; or notes that they stay, for a start that
 * may fail. @returns whether they were released; what failed is logged.
 */
export async function release(
  { service, left, durable, log }: Releasing,
  surroundings: Pick<Surroundings, 'releaseLocks' | 'node'>,
): Promise<boolean> {
  if (left === null) return false;
  try {
    if (left.kept) {
      await noteKept({ service, lockManager: left.holder.identity }, surroundings);
      return false;
    }
    if (!durable) await noteReleased(service, left.holder, surroundings);
    await surroundings.releaseLocks(left.holder.kind, service);
    return true;
  } catch (error) {
    log('release-failed', { reason: sentenceOf(error) });
    return false;
  }
}
