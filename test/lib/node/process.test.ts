import { join } from 'node:path';
import t from 'tap';
import {
  findProcess,
  identityWord,
  isAlive,
  newestPid,
  readProcess,
  startedAt,
} from '../../../lib/node/process.ts';
import { FakeRoot } from './fake-root.ts';

function fakeProc(directory: string): { root: FakeRoot; proc: string } {
  return { root: new FakeRoot(directory), proc: join(directory, 'proc') };
}

t.test('a command may hold blanks and parentheses', async (t) => {
  const { root, proc } = fakeProc(t.testdir());
  root.process(7, 'a) S (b', 1234);
  t.same(await readProcess(7, proc), { pid: 7, command: 'a) S (b', startTicks: 1234 });
});

t.test('what has ended, or is no process, is none', async (t) => {
  const { root, proc } = fakeProc(t.testdir());
  const rest = `1${' 0'.repeat(17)} 99 0\n`;
  root.put({
    'proc/8/stat': `8 (zombie) Z ${rest}`,
    'proc/9/stat': `9 (dead) X ${rest}`,
    'proc/10/stat': '10 (short) S 1\n',
    'proc/11/stat': `11 no-command S ${rest}`,
    'proc/12/stat': `12 (asleep) S ${rest}`,
  });
  for (const pid of [7, 8, 9, 10, 11]) t.equal(await readProcess(pid, proc), null, String(pid));
  t.match(await readProcess(12, proc), { command: 'asleep', startTicks: 99 });
});

t.test('the oldest of a command is found, in our network namespace', async (t) => {
  const { root, proc } = fakeProc(t.testdir());
  root
    .process(20, 'rpc.statd', 10, 'net:[2]')
    .process(21, 'rpc.statd', 11, null)
    .process(22, 'rpc.statd', 300)
    .process(23, 'rpc.statd', 200)
    .process(24, 'rpc.statd', 250)
    .process(25, 'lockd', 1);
  t.equal((await findProcess('rpc.statd', proc))?.pid, 23);
  t.equal(await findProcess('ganesha.nfsd', proc), null);
});

t.test('a reused pid is another incarnation', async (t) => {
  const { root, proc } = fakeProc(t.testdir());
  const before = { pid: 30, command: 'rpc.statd', startTicks: 500 };
  t.equal(await isAlive(before, proc), false);
  root.process(30, 'rpc.statd', 500);
  t.equal(await isAlive(before, proc), true);
  t.equal(await isAlive({ ...before, startTicks: 499 }, proc), false);
  t.equal(await isAlive({ ...before, command: 'lockd' }, proc), false);
});

t.test('an incarnation has a word and a time', async (t) => {
  const { root, proc } = fakeProc(t.testdir());
  root.put({ 'proc/stat': 'cpu 1 2\nbtime 1700000000\nprocesses 5\n' });
  const identity = { pid: 30, command: 'rpc.statd', startTicks: 250 };
  t.equal(identityWord(identity), 'rpc.statd:30:250');
  t.equal(await startedAt(identity, proc), 1_700_000_002_500);
});

t.test('the newest pid is the one that was given last', async (t) => {
  const { root, proc } = fakeProc(t.testdir());
  t.equal(newestPid(proc), null);
  root.put({ 'proc/loadavg': '0.20 0.18 0.12 1/80 11206\n' });
  t.equal(newestPid(proc), '11206');
  t.match(newestPid(), /^\d+$/);
});

t.test('this very process is read from the system', async (t) => {
  const self = await readProcess(process.pid);
  if (self === null) throw new Error('this process has no identity');
  t.equal(await isAlive(self), true);
  t.ok(Math.abs((await startedAt(self)) - (Date.now() - process.uptime() * 1000)) < 5000);
  t.match(await findProcess(self.command), { command: self.command });
});
