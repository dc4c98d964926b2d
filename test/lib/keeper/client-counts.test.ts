import t from 'tap';
import { countClients } from '../../../lib/keeper/client-counts.ts';
import type { LedgerEntry, Phase } from '../../../lib/store/index.ts';
import { applyChange, emptyState, inherit } from '../../../lib/store/reducer.ts';
import { fileOf, HOLDER } from '../store/arbitraries.ts';

const NONE = { recorded: 0, conveyed: 0, answered: 0, told: 0, present: 0, back: 0, missed: 0 };
const emptyStore = () =>
  emptyState({ service: 'nfs-a', format: 'record', epoch: 1, holder: HOLDER, since: 1 });
const entry = (client: string, phase: Phase): LedgerEntry => {
  return { client, phase, number: 1, names: {}, at: 1 };
};

t.test('nothing known is nobody', async (t) => {
  t.same(countClients(emptyStore()), NONE);
});

t.test('every state of the ledger is counted by its name', async (t) => {
  const state = emptyStore();
  const phases: Phase[] = ['recorded', 'conveyed', 'answered', 'told', 'present', 'back', 'missed', 'missed'];
  for (const [index, phase] of phases.entries()) {
    state.ledger.set(`c${index}`, entry(`c${index}`, phase));
  }
  t.same(countClients(state), {
    ...{ recorded: 1, conveyed: 1, answered: 1, told: 1, present: 1, back: 1, missed: 2 },
  });
});

t.test('a client with records and no ledger entry is recorded, once', async (t) => {
  const state = emptyStore();
  applyChange(state, { type: 'captured', file: fileOf('one') });
  applyChange(state, { type: 'captured', file: fileOf('two') });
  inherit(state, fileOf('two'));
  inherit(state, fileOf('three'));
  t.same(countClients(state), { ...NONE, recorded: 3 });
  state.ledger.set('two', entry('two', 'back'));
  t.same(countClients(state), { ...NONE, recorded: 2, back: 1 });
});
