import * as z from 'zod/mini';
import type { StoreState } from '../store/index.ts';

/** The last recovery of an epoch in numbers. */
export const recoverySummarySchema = z.object({
  /** When the ledger changed last: milliseconds since 1970. */
  at: z.number(),
  /** Who had to be told. */
  clients: z.number(),
  /** Who is back, or was present. */
  back: z.number(),
  missed: z.number(),
  /** The names of some of those, in their order. A keeper of an older version does not say. */
  missedClients: z._default(z.array(z.string()), []),
});

export type RecoverySummary = z.infer<typeof recoverySummarySchema>;

/** So many can be told one by one; `lockferry clients` lists all. */
const NAMED = 5;

/** @returns null where nobody had to be told in this epoch */
export function recoverySummary({ ledger }: Pick<StoreState, 'ledger'>): RecoverySummary | null {
  if (ledger.size === 0) return null;
  const summary = { at: 0, clients: ledger.size, back: 0 };
  const missed: string[] = [];
  for (const { client, phase, at } of ledger.values()) {
    summary.at = Math.max(summary.at, at);
    if (phase === 'back' || phase === 'present') summary.back += 1;
    if (phase === 'missed') missed.push(client);
  }
  return { ...summary, missed: missed.length, missedClients: missed.sort().slice(0, NAMED) };
}
