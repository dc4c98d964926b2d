import t, { type Test } from 'tap';
import type { NodeSettings } from '../../../lib/checks/check.ts';
import { notifyUnit } from '../../../lib/checks/notify-unit.ts';
import { FakeRoot } from '../node/fake-root.ts';
import { examined, exampleNode } from './example-node.ts';

/** What is found on a node that has these files. */
const found = (root: FakeRoot, change: Partial<NodeSettings> = {}) =>
  notifyUnit.look(exampleNode({ root: root.path }), examined(change));
const node = (t: Test, files: Readonly<Record<string, string>> = {}) => new FakeRoot(t.testdir()).put(files);

t.test('the unit that notifies at boot has to be masked', async (t) => {
  const root = node(t, { 'lib/systemd/system/rpc-statd-notify.service': '[Unit]' });
  t.match(await found(root), { verdict: 'ok', evidence: 'there is no systemd' });
  root.put({ 'run/systemd/system/other.service': '' });
  t.match(await found(root), {
    verdict: 'warning',
    cure: /systemctl mask rpc-statd-notify\.service$/,
  });
  root.link('etc/systemd/system/rpc-statd-notify.service', '/dev/null');
  t.match(await found(root), { verdict: 'ok', evidence: 'rpc-statd-notify.service is masked' });
  for (const name of ['lib', 'etc']) root.remove(`${name}/systemd/system/rpc-statd-notify.service`);
  t.match(await found(root), { verdict: 'ok', evidence: 'there is no rpc-statd-notify.service' });
});
