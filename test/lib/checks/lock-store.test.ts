import t from 'tap';
import { lockStore } from '../../../lib/checks/lock-store.ts';
import { Fault } from '../../../lib/fault.ts';
import type { StoreState } from '../../../lib/store/index.ts';
import { FakeRoot } from '../node/fake-root.ts';
import { DISK, examined, exampleCib, exampleNode, exampleStore, NOW } from './example-node.ts';

const root = (table: string) => new FakeRoot(t.testdir()).put({ 'proc/self/mountinfo': table }).path;
const ROOT = '20 1 0:18 / / rw - ext4 /dev/sda1 rw\n';

function found(state: Partial<StoreState> | Error, startedHere = true, table = ROOT, cib = '') {
  const store = async () => (state instanceof Error ? Promise.reject(state) : exampleStore(state));
  const node = exampleNode({ root: root(table), store, cluster: async () => exampleCib(cib) });
  return lockStore.look(node, examined({ startedHere }));
}

t.test('a whole store says who has it, and since when', async (t) => {
  t.same(await found({}), { verdict: 'ok', evidence: 'whole; n1 took it 60 s ago (epoch 3)' });
  t.match(await found({ since: NOW - 600_000 }), { evidence: /10 min ago/ });
  t.match(await found({ since: NOW - 36_000_000 }), { evidence: /10 h ago/ });
  const holder = { ...exampleStore().holder, node: 'n2' };
  t.match(await found({ holder }, false), { verdict: 'ok', evidence: /n2 took it/ });
  t.match(await found({ holder }), {
    verdict: 'bad',
    evidence: 'the service is started here, and n2 owns its store (epoch 3)',
  });
});

t.test('a store that is damaged, another\u2019s, or of tomorrow', async (t) => {
  const damage = [{ file: 'epoch-1', line: 3, reason: 'its checksum is wrong' }];
  t.match(await found({ damage }), {
    verdict: 'bad',
    evidence: 'damaged in 1 places, as in epoch-1: its checksum is wrong',
  });
  t.match(await found({ service: 'other' }), { verdict: 'bad', evidence: 'it is the store of other' });
  t.match(await found({ since: NOW + 300_000 }), {
    verdict: 'warning',
    evidence: 'by its clock, n1 took it 5 min after now',
  });
});

t.test('a store that cannot be read', async (t) => {
  const none = new Fault('failed', 'there is no lock store');
  t.match(await found(none), {
    verdict: 'bad',
    evidence: 'there is no lock store',
    cure: /docs\/store-format/,
  });
  t.match(await found(none, false), { verdict: 'unknown' }, 'it was never started');
  t.match(await found(new Fault('not-ours', 'open to all', { cure: 'chmod it' }), false), {
    ...{ verdict: 'bad', evidence: /^open to all$/ },
    cure: 'chmod it',
  });
  t.match(await found(new Error('odd'), false), { verdict: 'bad', evidence: 'odd' });
});

t.test('storage that is on another node now is not looked at', async (t) => {
  t.match(await found(new Error('odd'), false, ROOT, DISK), {
    verdict: 'ok',
    evidence: 'its storage is not mounted here now',
  });
});
