import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { NodeSettings } from '../../../lib/checks/check.ts';
import { localState } from '../../../lib/checks/nsm-local-state.ts';
import { FakeRoot } from '../node/fake-root.ts';
import { examined, exampleNode } from './example-node.ts';

/** What is found on a node that has these files. */
const found = (root: FakeRoot, change: Partial<NodeSettings> = {}) =>
  localState.look(exampleNode({ root: root.path }), examined(change));
const node = (t: Test, files: Readonly<Record<string, string>> = {}) => new FakeRoot(t.testdir()).put(files);

t.test('the kernel has the number of its own status monitor', async (t) => {
  const root = node(t, { 'var/lib/nfs/sm/x': '' });
  t.match(await found(root), { verdict: 'ok', evidence: 'nsm_local_state is 0' });
  root.put({ 'proc/sys/fs/nfs/nsm_local_state': '7\n' });
  t.match(await found(root), { verdict: 'ok' }, 'no state file');
  writeFileSync(join(root.path, 'var/lib/nfs/state'), Buffer.from([7, 0, 0, 0]));
  t.match(await found(root), { verdict: 'ok' });
  writeFileSync(join(root.path, 'var/lib/nfs/state'), Buffer.from([9, 0, 0, 0]));
  t.match(await found(root), {
    verdict: 'warning',
    evidence: "nsm_local_state is 7, and this node's own status monitor has number 9",
  });
  writeFileSync(join(root.path, 'var/lib/nfs/state'), Buffer.from([135, 0, 0, 0]));
  t.match(await found(root), { verdict: 'ok' }, 'reserved while rpc.statd ran on');
  t.match(await found(root, { statdDir: '/srv/none' }), { verdict: 'ok' }, 'no directory');
});
