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
  t.same(summary, { at: 100, clients: 5, back: 2, missed: 1, missedClients: ['c3'] });
  t.same(recoverySummarySchema.parse(summary), summary);
});

t.test('some of those that were missed are named', async (t) => {
  const all = ['c6', 'c5', 'c4', 'c3', 'c2', 'c1'].map((client): [string, LedgerEntry] => {
    return [client, { client, phase: 'missed', number: null, names: {}, at: 1 }];
  });
  t.match(recoverySummary({ ledger: new Map(all) }), {
    missed: 6,
    missedClients: ['c1', 'c2', 'c3', 'c4', 'c5'],
  });
});

t.test('a keeper of an older version names nobody', async (t) => {
  const older = { at: 100, clients: 5, back: 2, missed: 1 };
  t.same(recoverySummarySchema.parse(older), { ...older, missedClients: [] });
});
