import t from 'tap';
import { callout } from '../../../lib/checks/callout.ts';
import { FakeRoot } from '../node/fake-root.ts';
import { examined, exampleNode } from './example-node.ts';

t.test('rpc.statd ran the callout, or why not', async (t) => {
  const root = new FakeRoot(t.testdir());
  const found = (called: boolean) =>
    callout.look(
      exampleNode({ root: root.path, roundTrip: async () => ({ client: 'localhost', took: 1, called }) }),
      examined(),
    );
  t.same(await found(true), { verdict: 'ok', evidence: 'rpc.statd ran the callout for localhost' });
  t.match(await found(false), { verdict: 'warning', cure: /^lockferry setup --yes/ });
  root.put({ 'etc/nfs.conf': '[statd]\nha-callout=/usr/share/x\n' });
  t.match(await found(false), {
    ...{ verdict: 'warning', evidence: 'nfs.conf names /usr/share/x, and rpc.statd did not run it' },
  });
});
