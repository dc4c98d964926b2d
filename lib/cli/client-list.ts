import { clientsOf, type LedgerEntry, type StoreState } from '../store/index.ts';

/** What is known of one client. This is its JSON, too. */
export type ClientEntry = LedgerEntry;

/**
 * All clients of a store by name: those in the ledger, and those of which there is only a record, captured in this
 * epoch; that is as old as statd's file.
 */
export function clientList({
  ledger,
  current,
  inherited,
}: Pick<StoreState, 'ledger' | 'current' | 'inherited'>): ClientEntry[] {
  const all = new Map(ledger);
  for (const [client, files] of clientsOf([...current.values(), ...inherited.values()])) {
    const at = Math.max(...files.map(({ modified }) => modified));
    if (!all.has(client)) all.set(client, { client, phase: 'recorded', number: null, names: {}, at });
  }
  return [...all.values()].sort((one, other) => one.client.localeCompare(other.client));
}
