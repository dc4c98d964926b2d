import t from 'tap';
import { baseLines } from '../../../lib/store/base.ts';
import { parseJournal } from '../../../lib/store/journal-reader.ts';
import { emptyState, stateFrom } from '../../../lib/store/reducer.ts';
import { fileOf, HOLDER } from './arbitraries.ts';

const claimant = { service: 'nfs-a', format: 'record' as const, epoch: 3, holder: HOLDER, since: 100 };

t.test('an empty state is one line of facts', async (t) => {
  const { count, chunks } = baseLines(emptyState(claimant));
  t.equal(count, 1);
  t.match(
    [...chunks],
    [
      /^[0-9a-f]{8} \{"type":"facts","stateNumber":null,"ended":null,"recoveryEnded":null,"lockCount":null\}\n$/,
    ],
  );
});

t.test('a big one comes in pieces, and is that of the moment when it was asked for', async (t) => {
  const files = Array.from({ length: 3000 }, (_, index) => fileOf(`10.0.${index >> 8}.${index & 255}`));
  const entry = { client: 'a', phase: 'told', number: 5, names: {}, at: 1 } as const;
  const state = stateFrom(claimant, {
    current: files,
    inherited: [fileOf('b')],
    ledger: [entry],
    stateNumber: 5,
    recoveryEnded: 50,
    lockCount: 600,
  });
  const { count, chunks } = baseLines(state);
  state.current.clear();
  state.stateNumber = 7;
  const pieces = [...chunks];
  t.ok(pieces.length > 2 && pieces.every((piece) => piece.length < 300_000));
  const { entries, damage, torn } = parseJournal({ epoch: 3, generation: 1 }, pieces.join(''));
  t.same([damage, torn], [[], []]);
  t.equal(entries.length, count);
  t.same(entries[0], { type: 'facts', stateNumber: 5, ended: null, recoveryEnded: 50, lockCount: 600 });
  t.same(entries.slice(-2), [
    { type: 'inherited', file: fileOf('b') },
    { type: 'ledger', entry },
  ]);
});
