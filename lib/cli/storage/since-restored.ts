import {
  clientsOf,
  type Holder,
  type LedgerEntry,
  type StoredFile,
  type StoreState,
} from '../../store/index.ts';

/**
 * The ledger that goes on where all who are to be told were conveyed while this node had no lock manager, as `lockferry
 * restore` does it before one is started: the grace period of the one that runs now is theirs, and whoever is not back when
 * that is over has missed it. That they are told is not seen: sm-notify does that, by the number that is reserved for it.
 * @param inherited whom the new epoch would have told
 * @returns null where somebody is to be told otherwise
 */
export function sinceRestored(
  former: StoreState | null,
  { node, bootId, lockManager }: Holder,
  inherited: Iterable<StoredFile>,
): LedgerEntry[] | null {
  if (former === null || former.holder.lockManager !== null || lockManager === null) return null;
  if (former.holder.node !== node || former.holder.bootId !== bootId) return null;
  const entries = [...clientsOf(inherited).keys()].map((client) => former.ledger.get(client));
  if (!entries.every(isConveyed)) return null;
  return entries.map((entry) => ({ ...entry, number: former.stateNumber }));
}

/** Conveyed, and told by nobody of us. */
function isConveyed(entry: LedgerEntry | undefined): entry is LedgerEntry {
  return entry?.phase === 'conveyed' && entry.number === null;
}
