import t from 'tap';
import { clientList } from '../../../lib/cli/client-list.ts';
import type { LedgerEntry } from '../../../lib/store/index.ts';
import { fileOf } from '../store/arbitraries.ts';

t.test('clients of the ledger, and those of which there is only a record', async (t) => {
  const back: LedgerEntry = { client: 'b', phase: 'back', number: 7, names: { vip: 'answered' }, at: 30 };
  const list = clientList({
    ledger: new Map([['b', back]]),
    current: new Map([
      ['b', fileOf('b', 10)],
      ['a', fileOf('a', 20)],
    ]),
    inherited: new Map([
      ['a', fileOf('a', 15)],
      ['c', fileOf('::ffff:192.0.2.9', 5)],
    ]),
  });
  t.strictSame(list, [
    { client: '192.0.2.9', phase: 'recorded', number: null, names: {}, at: 5 },
    { client: 'a', phase: 'recorded', number: null, names: {}, at: 20 },
    back,
  ]);
});
