import t from 'tap';
import { recoverySummary, recoverySummarySchema } from '../../../lib/keeper/recovery-summary.ts';
import type { LedgerEntry, Phase } from '../../../lib/store/index.ts';

const ledger = (...phases: Phase[]) =>
  new Map(
    phases.map((phase, index): [string, LedgerEntry] => {
      const client = `c${index}`;
      return [client, { client, phase, number: null, names: {}, at: 100 - index }];
    }),
  );

t.test('how the last recovery went', async (t) => {
  t.equal(recoverySummary({ ledger: new Map() }), null);
  const summary = recoverySummary({ ledger: ledger('told', 'back', 'present', 'missed', 'conveyed') });
  t.same(summary, { at: 100, clients: 5, back: 2, missed: 1 });
  t.same(recoverySummarySchema.parse(summary), summary);
});
