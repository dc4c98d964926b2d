import { clientsOf, type StoreState } from '../store/index.ts';
import type { ClientCounts } from './protocol.ts';

type Held = Pick<StoreState, 'ledger' | 'current' | 'inherited'>;

/**
 * How many clients of a service are in each state of the ledger. A client that has records and no ledger entry
 * (captured in this epoch, or its entry is damaged) is `recorded`.
 */
export function countClients({ ledger, current, inherited }: Held): ClientCounts {
  const counts = { recorded: 0, conveyed: 0, answered: 0, told: 0, present: 0, back: 0, missed: 0 };
  for (const { phase } of ledger.values()) counts[phase] += 1;
  for (const client of clientsOf([...current.values(), ...inherited.values()]).keys()) {
    if (!ledger.has(client)) counts.recorded += 1;
  }
  return counts;
}
