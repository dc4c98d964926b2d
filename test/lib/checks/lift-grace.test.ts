import t, { type Test } from 'tap';
import type { NodeSettings } from '../../../lib/checks/check.ts';
import { liftGrace } from '../../../lib/checks/lift-grace.ts';
import { FakeRoot } from '../node/fake-root.ts';
import { examined, exampleNode } from './example-node.ts';

/** What is found on a node that has these files. */
const found = (root: FakeRoot, change: Partial<NodeSettings> = {}) =>
  liftGrace.look(exampleNode({ root: root.path }), examined(change));
const node = (t: Test, files: Readonly<Record<string, string>> = {}) => new FakeRoot(t.testdir()).put(files);

t.test('sm-notify must not end grace', async (t) => {
  const root = node(t);
  const cure = /set lift-grace=n in \[sm-notify\] of nfs\.conf$/;
  t.match(await found(root), { verdict: 'warning', cure }, 'it does unless told otherwise');
  t.match(await found(root, { lockManager: 'ganesha' }), { verdict: 'ok' });
  root.put({ 'etc/nfs.conf': '[sm-notify]\nlift-grace=y\n' });
  t.match(await found(root), { verdict: 'warning', cure });
  root.put({ 'etc/nfs.conf.d/cluster.conf': '[sm-notify]\nlift-grace=n\n' });
  t.match(await found(root), { verdict: 'ok', evidence: 'lift-grace=n' });
});
