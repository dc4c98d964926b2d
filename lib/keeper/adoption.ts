import { type Exempt, movedAway, Picture, settle } from '../capture/index.ts';
import type { LockManager } from '../node/lock-manager.ts';
import type { Service } from '../node/service.ts';
import { bootId, nodeName } from '../node/this-node.ts';
import type { StatdDirectory } from '../nsm/statd-directory.ts';
import { writtenSince } from '../recover/forgotten.ts';
import {
  adopted,
  type Base,
  claimEpoch,
  type Damage,
  type Holder,
  resumed,
  type Store,
  type StoredFile,
  type StoreState,
} from '../store/index.ts';
import { isNotedReleased } from './lock-notes.ts';
import type { Surroundings } from './surroundings.ts';

/** A record this much older than a recovery's end was written before it, milliseconds. */
const CLOCK_SLACK = 2_000;
/** How long half-written files may take to become whole while the service is being adopted, milliseconds. */
const SETTLE_WITHIN = 500;

/** A service that is this node's now. */
export interface Adopted {
  readonly store: Store;
  readonly picture: Picture;
  /** Files in the live `sm/` that the lock manager which runs now had statd write; in place, those that the store knows. */
  readonly present: readonly StoredFile[];
  /** In place, those that it had statd write while no keeper was there. */
  readonly written: readonly StoredFile[];
  /** Whether this is a restart in place, of which no client need know. */
  readonly inPlace: boolean;
  /** The node that had the service before; null: none. */
  readonly from: string | null;
  /** Who was at work when the store was written last: what went from `sm/` while they were replaced proves nothing. */
  readonly before: Holder;
  /** The node to which it was handed over; null: the former owner did not do so. */
  readonly handedOverTo: string | null;
  /** What could not be read of former epochs: the new one does not know it any more. */
  readonly damage: readonly Damage[];
}

/**
 * Takes ownership of the lock store and begins a new epoch with all that former ones left and what lies in statd's
 * directory. @param exempt lines in it that are not statd's. @throws Fault of the store.
 */
export async function takeOver(
  { sharedDir: dir, name: service, recordFormat: format, addresses, exports }: Service,
  directory: StatdDirectory,
  surroundings: Pick<Surroundings, 'atWork' | 'disk' | 'localAddresses' | 'countLocks' | 'node'>,
  exempt?: Exempt,
): Promise<Adopted> {
  const { disk } = surroundings;
  const { lockManager, statd } = await surroundings.atWork();
  const identities = { lockManager: lockManager?.identity ?? null, statd };
  const holder: Holder = { node: nodeName(), bootId: await bootId(), ...identities };
  const claim = await claimEpoch({ dir, service, holder, format, ...(disk === undefined ? {} : { disk }) });
  const gone =
    (await isNotedReleased({ name: service }, lockManager, surroundings)) ||
    (await areLocksGone(claim.former, lockManager, { addresses, exports }, surroundings));
  const former = claim.former && gone ? withLocksReleased(claim.former) : claim.former;
  // Of what is known, only news is captured; where this is no restart in place, everything that lies there has to be.
  const known = former !== null && isRestartInPlace(former, holder) ? knownFrom(former, format) : [];
  const picture = new Picture({ directory, known, ...(exempt === undefined ? {} : { exempt }) });
  const { base, ...found } = await adopt(former, holder, lockManager, picture);
  const store = await claim.establish(base);
  return {
    ...{ store, picture, ...found, before: former?.holder ?? holder },
    from: former?.holder.node ?? null,
    handedOverTo: former?.ended?.to ?? null,
    damage: former?.damage ?? [],
  };
}

/**
 * What need not be read again: where the store had the other format, everything must, for no copy can be made of what
 * is no record.
 */
function knownFrom({ format, current }: StoreState, wanted: Service['recordFormat']): Iterable<StoredFile> {
  if (format === wanted) return current.values();
  return [...current.values()].map((file) => ({ ...file, modified: Number.NaN }));
}

/**
 * Has somebody else released the locks, as ocf:heartbeat:exportfs does when it stops, while the lock manager went on? While
 * an address of the service is here, or its exports are not, there is no telling; nor with a lock manager that does not
 * list its locks. Without `exports`, the locks of the node are all that can be looked at: those of another service hide
 * that this one's are gone. Clients may have had none: they are told in vain then.
 */
async function areLocksGone(
  former: StoreState | null,
  lockManager: LockManager | null,
  service: Pick<Service, 'addresses' | 'exports'>,
  { localAddresses, countLocks }: Pick<Surroundings, 'localAddresses' | 'countLocks'>,
): Promise<boolean> {
  if (former === null || lockManager?.kind !== 'kernel') return false;
  const local = localAddresses();
  if (former.current.size === 0 || service.addresses.some((address) => local.has(address))) return false;
  return countLocks(service.exports).then(
    ({ own }) => own === 0,
    () => false,
  );
}

function withLocksReleased(former: StoreState): StoreState {
  return { ...former, ended: { at: Date.now(), ...former.ended, released: true } };
}

/** What a new epoch starts from. */
export interface Adoption {
  readonly base: Base;
  /** Files in the live `sm/` that the lock manager which runs now had statd write; in place, those that the store knows. */
  readonly present: readonly StoredFile[];
  /** In place, those that it had statd write while no keeper was there. */
  readonly written: readonly StoredFile[];
  /** Whether this is a restart in place, of which no client need know. */
  readonly inPlace: boolean;
}

/**
 * Is nothing lost since the former epoch? Its node, its boot and its lock manager must be ours still, and the
 * locks must not have been released when it ended.
 */
export function isRestartInPlace(former: StoreState | null, holder: Holder): boolean {
  if (former === null || former.ended?.released) return false;
  const { node, bootId, lockManager } = former.holder;
  return node === holder.node && bootId === holder.bootId && lockManager === holder.lockManager;
}

/**
 * Joins what former epochs left in the store with what lies in statd's directory. Records there that are older than
 * the lock manager belong to locks that are gone: their clients are told like those of the store. What another
 * sm-notify moved to `sm.bak/` was taken from a client that nobody told in the service's name. Either only as far as it is
 * newer than the last recovery.
 */
export async function adopt(
  former: StoreState | null,
  holder: Holder,
  lockManager: LockManager | null,
  picture: Picture,
): Promise<Adoption> {
  const look = await settle(picture, SETTLE_WITHIN);
  const since = writtenSince(lockManager);
  const captured = look.captured.filter((file) => file.modified >= since || !isMissed(former, file));
  if (former !== null && isRestartInPlace(former, holder)) {
    const known = [...former.current.values()];
    const byThisOne = (files: readonly StoredFile[]) => files.filter(({ modified }) => modified >= since);
    const base = { ...resumed(former), current: [...known, ...captured] };
    return { base, present: byThisOne(known), written: byThisOne(look.anew), inPlace: true };
  }
  const present = captured.filter(({ modified }) => modified >= since);
  const base = { ...adopted(former, Date.now()), current: captured };
  // Only a service that ran before has clients to tell: its first start ever leaves the node's other clients alone.
  if (former === null) return { base, present, written: [], inPlace: false };
  const stale = captured.filter(({ modified }) => modified < since);
  const moved = movedAway(picture.directory).filter((file) => !isMissed(former, file));
  const inherited = [...base.inherited, ...stale, ...moved];
  // Where there is nobody to tell, the recovery is over: whoever no former epoch recorded in time has missed it.
  const ended = inherited.length === 0 ? { recoveryEnded: Date.now() } : {};
  return { base: { ...base, inherited, ...ended }, present, written: [], inPlace: false };
}

/**
 * Does a file that no lock manager of today had written say nothing that counts? The store knows every client of which it
 * was written before the last recovery ended: that client came back then, which the store has recorded anew, or it gave
 * its locks up, or it has missed that recovery and somebody else may have its locks since. Only where the store is damaged
 * may it have lost a client that came back. A grace period lies between what is to be told apart; so the clocks of two
 * nodes may differ by nearly that, and in doubt a client is told.
 */
function isMissed(former: StoreState | null, { modified }: StoredFile): boolean {
  if (former === null || former.recoveryEnded === null || former.damage.length > 0) return false;
  return modified < former.recoveryEnded - CLOCK_SLACK;
}
