import t from 'tap';
import { lockdThatRestarts } from '../../../lib/recover/lockd-kill.ts';
import { FakeRoot } from '../node/fake-root.ts';

t.test('Linux 6.5 is the last that restarts lockd at a signal', async (t) => {
  const root = new FakeRoot(t.testdir()).server();
  for (const release of ['6.1.176', '6.5.0-1-amd64', '5.14.0-503.el9.x86_64', '4.18.0', '5.10.250']) {
    root.put({ 'proc/sys/kernel/osrelease': `${release}\n` });
    t.match(await lockdThatRestarts(root.path), { command: 'lockd', pid: 50 });
  }
  for (const release of ['6.6.0', '6.12.107', '7.1.8']) {
    root.put({ 'proc/sys/kernel/osrelease': `${release}\n` });
    await t.rejects(lockdThatRestarts(root.path), { message: `lockd of Linux ${release} ignores SIGKILL` });
  }
  root.put({ 'proc/sys/kernel/osrelease': 'strange\n' });
  await t.rejects(lockdThatRestarts(root.path), { message: /ignores SIGKILL/ });
});

t.test('never without lockd, and never where other namespaces would lose their locks', async (t) => {
  const root = new FakeRoot(t.testdir()).server().process(9, 'rpc.statd', 0, 'net:[2]');
  await t.rejects(lockdThatRestarts(root.path), { code: 'bad-node', message: /other network namespaces/ });
  root.remove('proc/50');
  await t.rejects(lockdThatRestarts(root.path), { message: /no lockd runs/ });
});
