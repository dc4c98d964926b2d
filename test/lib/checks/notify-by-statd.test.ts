import t, { type Test } from 'tap';
import type { NodeSettings } from '../../../lib/checks/check.ts';
import { notifyByStatd } from '../../../lib/checks/notify-by-statd.ts';
import { FakeRoot } from '../node/fake-root.ts';
import { examined, exampleNode } from './example-node.ts';

/** What is found on a node that has these files. */
const found = (root: FakeRoot, change: Partial<NodeSettings> = {}) =>
  notifyByStatd.look(exampleNode({ root: root.path }), examined(change));
const node = (t: Test, files: Readonly<Record<string, string>> = {}) => new FakeRoot(t.testdir()).put(files);

t.test('rpc.statd must not start sm-notify', async (t) => {
  t.match(await found(node(t)), { verdict: 'ok', evidence: 'rpc.statd does not run' });
  const statd = (t: Test, cmdline: string, environ = '') =>
    node(t, { 'proc/70/cmdline': cmdline, 'proc/70/environ': environ }).process(70, 'rpc.statd');
  for (const [cmdline, environ] of [
    ['rpc.statd\0--no-notify\0', ''],
    ['rpc.statd\0-L\0-p\x004000\0', ''],
    ['rpc.statd\0', 'A=1\0RPC_STATD_NO_NOTIFY=1\0'],
  ] as const) {
    await t.test(cmdline + environ, async (t) => {
      t.match(await found(statd(t, cmdline, environ)), { verdict: 'ok', evidence: /with --no-notify/ });
    });
  }
  const careless = statd(t, 'rpc.statd\0-p\x004000\0', 'RPC_STATD_NO_NOTIFY=0\0');
  t.match(await found(careless), {
    verdict: 'warning',
    cure: /set no-notify=1 in \[statd\] of nfs\.conf$/,
  });
  careless.put({ 'etc/nfs.conf': '[statd]\nno-notify=0\n' });
  t.match(await found(careless), { verdict: 'warning' });
  careless.put({ 'run/sm-notify.pid': '' });
  t.match(await found(careless), { verdict: 'ok', evidence: /has run in this boot/ });
  careless.remove('run/sm-notify.pid');
  careless.put({ 'etc/nfs.conf': '[statd]\nno-notify=yes\n' });
  t.match(await found(careless), { verdict: 'ok' });
  const elsewhere = node(t).process(71, 'rpc.statd');
  t.match(await found(elsewhere), { verdict: 'warning' }, 'what cannot be read says nothing');
});
