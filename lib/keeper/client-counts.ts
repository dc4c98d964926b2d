import { clientName } from '../nsm/client-name.ts';
import type { StoreState } from '../store/index.ts';
import type { ClientCounts } from './protocol.ts';

type Held = Pick<StoreState, 'ledger' | 'current' | 'inherited'>;

/**
 * How many clients of a service are in each state of the ledger. A client that has records and no ledger entry
 * (captured in this epoch, or its entry is damaged) is `recorded`.
 */
export function countClients({ ledger, current, inherited }: Held): ClientCounts {
  const counts = { recorded: 0, conveyed: 0, answered: 0, told: 0, present: 0, back: 0, missed: 0 };
  for (const { phase } of ledger.values()) counts[phase] += 1;
  const others = new Set<string>();
  for (const files of [current, inherited]) {
    for (const { records } of files.values()) {
      for (const { monName } of records) {
        const client = clientName(monName);
        if (!ledger.has(client)) others.add(client);
      }
    }
  }
  counts.recorded += others.size;
  return counts;
}
