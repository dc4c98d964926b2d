import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { LockManagerWatch, ProcessWatch } from '../../../lib/node/lock-manager.ts';
import { noteLockdRestart } from '../../../lib/node/lockd-restart.ts';
import { NodeDirectory } from '../../../lib/node/node-directory.ts';
import { FakeRoot } from './fake-root.ts';

const kernel = { kind: 'kernel', identity: 'lockd:50:100', startedAt: 1_700_000_001_000, monitorsAnew: true };
const ganesha = { kind: 'ganesha', identity: 'ganesha.nfsd:60:200', startedAt: 1_700_000_002_000 };

function node(directory: string): { root: FakeRoot; proc: string } {
  const root = new FakeRoot(directory).put({ 'proc/stat': 'btime 1700000000\n' });
  return { root, proc: join(directory, 'proc') };
}

t.test('a process is followed from one incarnation to the next', async (t) => {
  const { root, proc } = node(t.testdir());
  const watch = new ProcessWatch('rpc.statd', proc);
  t.equal(await watch.now(), null);
  root.process(40, 'rpc.statd', 10);
  t.match(await watch.now(), { pid: 40 });
  root.process(39, 'rpc.statd', 5);
  t.match(await watch.now(), { pid: 40 }, 'the one that is known lives');
  root.remove('proc/40');
  t.match(await watch.now(), { pid: 39 });
  root.remove('proc/39');
  t.equal(await watch.now(), null);
});

t.test('where no process is born, nobody looks for one that is not there', async (t) => {
  const { root, proc } = node(t.testdir());
  const born = (pid: number) => root.put({ 'proc/loadavg': `0.00 0.01 0.05 1/99 ${pid}\n` });
  born(40);
  const watch = new ProcessWatch('rpc.statd', proc, 200);
  t.equal(await watch.now(), null);
  root.process(40, 'rpc.statd', 10);
  t.match(await watch.now(), { pid: 40 }, 'it had another name at first');
  root.remove('proc/40');
  t.equal(await watch.now(), null, 'it has ended');
  await pause(250);
  root.process(41, 'rpc.statd', 20);
  t.equal(await watch.now(), null, 'this cannot have happened');
  born(41);
  t.match(await watch.now(), { pid: 41 });
  root.remove('proc/41');
  root.process(39, 'rpc.statd', 5);
  await pause(250);
  t.match(await watch.now(), { pid: 39 }, 'a second one was there before');
});

t.test('when a lock manager started is asked once', async (t) => {
  const { root, proc } = node(t.testdir());
  root.process(50, 'lockd', 100);
  const watch = new LockManagerWatch('kernel', proc);
  t.same(await watch.now(), kernel);
  root.remove('proc/stat');
  t.same(await watch.now(), kernel);
});

t.test('left to the node, NFS-Ganesha goes before lockd', async (t) => {
  const { root, proc } = node(t.testdir());
  const watch = new LockManagerWatch('auto', proc);
  t.equal(await watch.now(), null);
  root.process(50, 'lockd', 100);
  t.same(await watch.now(), kernel);
  root.process(60, 'ganesha.nfsd', 200);
  t.same(await watch.now(), ganesha);
});

t.test('one that is named is the only one', async (t) => {
  const { root, proc } = node(t.testdir());
  root.process(50, 'lockd', 100);
  t.equal(await new LockManagerWatch('ganesha', proc).now(), null);
  root.process(60, 'ganesha.nfsd', 200);
  t.same(await new LockManagerWatch('kernel', proc).now(), kernel);
  t.same(await new LockManagerWatch('ganesha', proc).now(), ganesha);
});

t.test('a lockd that was made to drop its locks is another one, and as young as that', async (t) => {
  const { root, proc } = node(t.testdir());
  root.process(50, 'lockd', 100).process(60, 'ganesha.nfsd', 200);
  const directory = new NodeDirectory(join(root.path, 'node'));
  await directory.create();
  const [watch, other] = (['kernel', 'ganesha'] as const).map(
    (kind) => new LockManagerWatch(kind, proc, directory),
  ) as [LockManagerWatch, LockManagerWatch];
  t.same(await watch.now(), kernel);
  const before = Date.now();
  noteLockdRestart(directory.lockdRestart, { command: 'lockd', pid: 50, startTicks: 100 });
  const restarted = await watch.now();
  t.match(restarted, { kind: 'kernel', identity: /^lockd:50:100:\d+$/ });
  t.notOk(restarted?.monitorsAnew, 'it goes on with those whom it knows');
  t.ok((restarted?.startedAt ?? 0) >= before);
  t.same(await other.now(), ganesha);
  root.remove('proc/50');
  root.process(51, 'lockd', 300);
  t.match(await watch.now(), { identity: 'lockd:51:300' }, 'the next one was not');
});

t.test('the system itself is looked at where no other place is named', async (t) => {
  t.equal(await new ProcessWatch('no such command').now(), null);
  const found = await new LockManagerWatch('auto').now();
  t.ok(found === null || found.identity.length > 0);
});
