import t from 'tap';
import type { LedgerEntry, Phase } from '../../../lib/store/index.ts';
import { applyChange, emptyState, stateFrom } from '../../../lib/store/reducer.ts';
import { fileOf, HOLDER, recordOf } from './arbitraries.ts';

const claimant = { service: 'nfs-a', format: 'record' as const, epoch: 3, holder: HOLDER, since: 100 };

function noted(
  client: string,
  phase: Phase,
  number: number | null = null,
  names: LedgerEntry['names'] = {},
): { type: 'noted'; entry: LedgerEntry } {
  return { type: 'noted', entry: { client, phase, number, names, at: 200 } };
}

t.test('captured, captured again, removed', async (t) => {
  const state = emptyState(claimant);
  applyChange(state, { type: 'captured', file: fileOf('a', 1) });
  applyChange(state, { type: 'captured', file: fileOf('a', 2) });
  t.same([...state.current.values()], [fileOf('a', 2)]);
  applyChange(state, { type: 'removed', name: 'a' });
  applyChange(state, { type: 'removed', name: 'never there' });
  t.equal(state.current.size, 0);
});

t.test('the state number only rises', async (t) => {
  const state = stateFrom(claimant, { current: [], inherited: [], ledger: [], stateNumber: 9 });
  applyChange(state, { type: 'number', number: 7 });
  t.equal(state.stateNumber, 9);
  applyChange(state, { type: 'number', number: 11 });
  t.equal(state.stateNumber, 11);
  const fresh = emptyState(claimant);
  applyChange(fresh, { type: 'number', number: 1 });
  t.equal(fresh.stateNumber, 1);
});

t.test('a holder may have left from the beginning on', async (t) => {
  const base = { current: [fileOf('a')], inherited: [], ledger: [], stateNumber: 9 };
  t.equal(stateFrom(claimant, base).ended, null);
  const ended = { at: 7, released: false };
  t.same(stateFrom(claimant, { ...base, ended }).ended, ended);
});

t.test('an inherited file is dropped when the last of its clients was told and is back', async (t) => {
  const told = { 'nfs.example.com': 'answered', '192.0.2.1': 'answered' };
  const shared = { ...fileOf('shared'), records: [recordOf('a'), recordOf('b')] };
  const state = stateFrom(claimant, {
    current: [],
    inherited: [shared, fileOf('a'), fileOf('a', 5, 'n2'), fileOf('c')],
    ledger: [],
    stateNumber: null,
  });
  applyChange(state, noted('a', 'told', 5, told));
  applyChange(state, noted('a', 'back', 5, told));
  t.same([...state.inherited.keys()], ['shared', 'c']);
  applyChange(state, noted('b', 'back'));
  applyChange(state, noted('stranger', 'back'));
  t.same([...state.inherited.keys()], ['shared', 'c'], 'b came because of another service');
  applyChange(state, noted('b', 'back', 5, { ...told, '192.0.2.1': 'no answer' }));
  t.same([...state.inherited.keys()], ['shared', 'c'], 'b may know us by the other name');
  applyChange(state, noted('b', 'back', 5, told));
  applyChange(state, noted('b', 'back', 5, told));
  t.same([...state.inherited.keys()], ['c']);
});

t.test('recovery in place: what is current is to be recovered too, and stays current', async (t) => {
  const state = stateFrom(claimant, {
    current: [fileOf('a')],
    inherited: [fileOf('b')],
    ledger: [noted('old', 'missed').entry],
    stateNumber: null,
  });
  applyChange(state, { type: 'recovery-begun', at: 300 });
  t.same([...state.inherited.keys()], ['b', 'a']);
  t.same([...state.current.keys()], ['a']);
  const recorded = { phase: 'recorded', number: null, names: {}, at: 300 };
  t.same(
    [...state.ledger.values()],
    [
      { client: 'b', ...recorded },
      { client: 'a', ...recorded },
    ],
  );
});

t.test('when grace ends, who is neither back nor present is missed, and nothing is inherited', async (t) => {
  const state = stateFrom(claimant, {
    current: [],
    inherited: ['told', 'back', 'present', 'unheard'].map((name) => fileOf(name)),
    ledger: [noted('told', 'told', 5).entry, noted('back', 'told').entry, noted('present', 'present').entry],
    stateNumber: 5,
  });
  applyChange(state, noted('back', 'back', 5));
  applyChange(state, { type: 'recovery-ended', at: 900 });
  t.equal(state.inherited.size, 0);
  const phases = [...state.ledger.values()].map(({ client, phase }) => `${client} ${phase}`);
  t.same(phases, ['told missed', 'back back', 'present present', 'unheard missed']);
  t.match(state.ledger.get('told'), { number: 5, at: 900 });
  t.equal(state.recoveryEnded, 900);
  applyChange(state, { type: 'recovery-ended', at: 800 });
  t.equal(state.recoveryEnded, 900, 'it never goes back');
});

t.test('the number of locks is the last one that was counted', async (t) => {
  const state = stateFrom(claimant, { current: [fileOf('a')], inherited: [], ledger: [], stateNumber: 5 });
  t.equal(state.lockCount, null);
  applyChange(state, { type: 'locks', count: 7 });
  applyChange(state, { type: 'locks', count: 0 });
  applyChange(state, { type: 'recovery-begun', at: 1 });
  t.equal(state.lockCount, 0);
});

t.test('holder and end', async (t) => {
  const state = emptyState(claimant);
  applyChange(state, { type: 'holder', lockManager: null, statd: 'statd 9' });
  t.same(state.holder, { ...HOLDER, lockManager: null, statd: 'statd 9' });
  applyChange(state, { type: 'ended', at: 950, released: true });
  t.same(state.ended, { at: 950, released: true });
  applyChange(state, { type: 'ended', at: 960, released: false, to: 'n2' });
  t.same(state.ended, { at: 960, released: false, to: 'n2' });
});
