import { printable } from '../printable.ts';
import type { ServiceStatus } from './service-status.ts';

/** Characters of a name: five of them fill no screen. */
const LONGEST = 64;

/** The clients that the last recovery missed: `c1, c2 and 3 more`, escaped; null: none, or not known. */
export function missedText({ lastRecovery }: Pick<ServiceStatus, 'lastRecovery'>): string | null {
  if (lastRecovery === null || lastRecovery.missed === 0) return null;
  const { missed, missedClients } = lastRecovery;
  const names = missedClients.map((name) => printable(name, LONGEST)).join(', ');
  const more = missed - missedClients.length;
  if (names === '') return `${more}`;
  return more > 0 ? `${names} and ${more} more` : names;
}
