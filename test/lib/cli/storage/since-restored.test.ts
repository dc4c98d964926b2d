import t from 'tap';
import { sinceRestored } from '../../../../lib/cli/storage/since-restored.ts';
import type { Holder, Phase } from '../../../../lib/store/index.ts';
import { stateFrom } from '../../../../lib/store/reducer.ts';
import { fileOf, HOLDER } from '../../store/arbitraries.ts';

const files = [fileOf('a'), fileOf('b')];
const now: Holder = { ...HOLDER, lockManager: 'lockd 2' };

/** What a restore left, without a lock manager. */
function left({ holder = {}, number = null, phase = 'conveyed' }: Left = {}) {
  const claimant = { service: 'nfs', format: 'record' as const, epoch: 3, since: 1 };
  const ledger = ['a', 'b'].map((client) => ({
    ...{ client, phase: 'conveyed' as Phase, number: null, names: {}, at: 7 },
    ...(client === 'b' ? { phase, number } : {}),
  }));
  return stateFrom(
    { ...claimant, holder: { ...HOLDER, lockManager: null, ...holder } },
    { current: [], inherited: files, ledger, stateNumber: 11 },
  );
}
interface Left {
  readonly holder?: Partial<Holder>;
  readonly number?: number | null;
  readonly phase?: Phase;
}

t.test(
  'with the first lock manager since, the ledger goes on, with the number that is announced',
  async (t) => {
    t.match(sinceRestored(left(), now, files), [
      { client: 'a', phase: 'conveyed', number: 11, at: 7 },
      { client: 'b', phase: 'conveyed', number: 11 },
    ]);
  },
);

t.test('in all other cases, all are to be told', async (t) => {
  const refused = {
    'a new store': sinceRestored(null, now, files),
    'no lock manager yet': sinceRestored(left(), { ...now, lockManager: null }, files),
    'one that ran before': sinceRestored(left({ holder: { lockManager: 'lockd 1' } }), now, files),
    'another node': sinceRestored(left({ holder: { node: 'elsewhere' } }), now, files),
    'another boot': sinceRestored(left({ holder: { bootId: 'another' } }), now, files),
    'somebody who came since': sinceRestored(left(), now, [...files, fileOf('c')]),
    'somebody who was not conveyed': sinceRestored(left({ phase: 'recorded' }), now, files),
    'somebody who was told before': sinceRestored(left({ number: 9 }), now, files),
  };
  for (const [why, ledger] of Object.entries(refused)) t.equal(ledger, null, why);
});
