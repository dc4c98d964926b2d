import t from 'tap';
import { emptyState, stateFrom } from '../../../lib/store/reducer.ts';
import { adopted, resumed } from '../../../lib/store/succession.ts';
import { fileOf, HOLDER } from './arbitraries.ts';

const claimant = { service: 'nfs-a', format: 'record' as const, epoch: 3, holder: HOLDER, since: 100 };
const entry = { client: 'a', phase: 'back', number: 7, names: { vip: 'answered' }, at: 1 } as const;

t.test('a new owner recovers all that was left, whoever was back under the former one', async (t) => {
  const former = stateFrom(claimant, {
    current: [fileOf('a', 5)],
    inherited: [fileOf('a', 1, 'n0'), fileOf('b')],
    ledger: [entry],
    stateNumber: 7,
    recoveryEnded: 70,
    lockCount: 600,
  });
  const base = adopted(former, 500);
  const state = stateFrom({ ...claimant, epoch: 4 }, base);
  t.equal(state.current.size, 0);
  t.equal(state.inherited.get('a')?.records.length, 2, 'files of one name are united');
  t.same([...state.inherited.keys()], ['a', 'b']);
  const recorded = { phase: 'recorded', number: null, names: {}, at: 500 };
  t.same(
    [...state.ledger.values()],
    [
      { client: 'a', ...recorded },
      { client: 'b', ...recorded },
    ],
  );
  t.equal(state.stateNumber, 7);
  t.equal(state.recoveryEnded, 70, 'what was missed stays missed');
  t.equal(state.lockCount, 600, 'so many there were before');
});

t.test('a new store is empty', async (t) => {
  t.same(stateFrom(claimant, adopted(null, 1)), emptyState(claimant));
});

t.test('the same holder goes on where it was', async (t) => {
  const base = {
    current: [fileOf('a')],
    inherited: [fileOf('b')],
    ledger: [entry],
    stateNumber: 7,
    recoveryEnded: 70,
    lockCount: 600,
  };
  const former = stateFrom(claimant, base);
  t.same(stateFrom(claimant, resumed(former)), former);
});
