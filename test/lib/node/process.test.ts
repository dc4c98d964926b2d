import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  findProcess,
  identityWord,
  isAlive,
  newestPid,
  programOf,
  readProcess,
  startedAt,
} from '../../../lib/node/process.ts';
import { until } from '../capture/sm-directory.ts';
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

t.test('a program is no kernel thread, whatever it is called, and no thread is a program', async (t) => {
  const { root, proc } = fakeProc(t.testdir());
  root.process(20, 'lockd', 10).put({
    'proc/20/stat': `20 (lockd) S 2 0 0 0 -1 ${0x400140}${' 0'.repeat(12)} 10 0\n`,
  });
  t.equal(await findProcess('lockd', proc), null);
  t.equal((await findProcess('lockd', root.process(21, 'lockd', 11) && proc))?.pid, 21);
  root.process(22, 'rpc.statd', 10).put({
    'proc/22/stat': `22 (rpc.statd) S 2 0 0 0 -1 ${0x208040}${' 0'.repeat(12)} 10 0\n`,
  });
  t.equal(await findProcess('rpc.statd', proc), null);
});

/** As /proc/PID/status shows a process. */
function statusOf(uids: string, effective: string, bounding: string): string {
  return `Uid:\t${uids}\nCapPrm:\t${effective}\nCapEff:\t${effective}\nCapBnd:\t${bounding}\nCapAmb:\t0\n`;
}

t.test('what another user gives the name of a daemon is none', async (t) => {
  const [all, none, bind] = ['000001ffffffffff', '0000000000000000', '0000000000000400'];
  const found = async (status: string, namespace = 'user:[1]', exe = '/usr/sbin/rpc.statd') => {
    const { root, proc } = fakeProc(t.testdir());
    root.link('proc/self/ns/user', 'user:[1]');
    root.process(20, 'rpc.statd').put({ 'proc/20/status': status });
    root.link('proc/20/ns/user', namespace);
    root.remove('proc/20/exe');
    root.link('proc/20/exe', exe);
    return (await findProcess('rpc.statd', proc)) !== null;
  };
  t.ok(await found(statusOf('0\t0\t0\t0', all, all)), "root's");
  t.ok(
    await found(statusOf('0\t0\t0\t0', all, all), 'user:[1]', '/sbin/rpc.statd (deleted)'),
    'upgraded since',
  );
  t.ok(await found(statusOf('104\t104\t104\t104', bind, none)), 'one that has become another user');
  const user = '1000\t1000\t1000\t1000';
  t.notOk(await found(statusOf(user, none, all)), "a user's");
  t.notOk(await found(statusOf('1000\t0\t0\t0', all, all)), 'a set-uid program');
  t.notOk(await found(statusOf(user, bind, all)), 'a program with that capability');
  t.notOk(await found(statusOf(user, none, none)), 'one that nobody lets do anything');
  t.notOk(await found(statusOf(user, bind, none), 'user:[2]'), 'one in a user namespace of its own');
  t.notOk(
    await found(statusOf('0\t0\t0\t0', all, all), 'user:[1]', '/usr/bin/sudo'),
    'called by another name',
  );
  const { root, proc } = fakeProc(t.testdir());
  root.process(20, 'rpc.statd');
  for (const file of ['status', 'exe']) {
    root.remove(`proc/20/${file}`);
    t.equal(await findProcess('rpc.statd', proc), null, 'one that has ended');
  }
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
});

t.test("on this system, a process is found where it is root's", async (t) => {
  const program = join(t.testdir({}), 'slumber');
  copyFileSync('/bin/sleep', program);
  for (const uid of [65534, 0]) {
    const child = spawn('/bin/sh', ['-c', 'exec "$0" 60', program], { uid, stdio: 'ignore' });
    const ended = once(child, 'exit');
    const named = async () => (await readProcess(Number(child.pid)))?.command === 'slumber';
    await until(named);
    t.equal((await findProcess('slumber'))?.pid, uid === 0 ? child.pid : undefined, String(uid));
    child.kill('SIGKILL');
    await ended;
  }
});

t.test('a program that was replaced is still called by its name', (t) => {
  t.equal(programOf('/usr/sbin/rpc.statd (deleted)'), '/usr/sbin/rpc.statd');
  t.equal(programOf('/usr/sbin/rpc.statd'), '/usr/sbin/rpc.statd');
  t.end();
});
