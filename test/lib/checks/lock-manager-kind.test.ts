import t from 'tap';
import { lockManagerKind } from '../../../lib/checks/lock-manager-kind.ts';
import { FakeRoot } from '../node/fake-root.ts';
import { examined, exampleNode } from './example-node.ts';

t.test('the one that is asked for, or the one that runs', async (t) => {
  const node = (root: FakeRoot) => exampleNode({ root: root.path });
  const idle = new FakeRoot(t.testdir()).put({ 'proc/stat': 'btime 1\n' });
  t.equal(await lockManagerKind(node(idle), examined()), null);
  t.equal(await lockManagerKind(node(idle), examined({ lockManager: 'kernel' })), 'kernel');
  idle.process(7, 'ganesha.nfsd');
  t.equal(await lockManagerKind(node(idle), examined()), 'ganesha');
});
