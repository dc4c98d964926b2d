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
});

export type RecoverySummary = z.infer<typeof recoverySummarySchema>;

/** @returns null where nobody had to be told in this epoch */
export function recoverySummary({ ledger }: Pick<StoreState, 'ledger'>): RecoverySummary | null {
  if (ledger.size === 0) return null;
  const summary = { at: 0, clients: ledger.size, back: 0, missed: 0 };
  for (const { phase, at } of ledger.values()) {
    summary.at = Math.max(summary.at, at);
    if (phase === 'back' || phase === 'present') summary.back += 1;
    if (phase === 'missed') summary.missed += 1;
  }
  return summary;
}
