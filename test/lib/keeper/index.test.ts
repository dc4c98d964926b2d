import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { isStarted, monitorKeeper, startKeeper, stopKeeper } from '../../../lib/keeper/index.ts';
import { spawnKeeper } from '../../../lib/keeper/keeper-process.ts';
import { noteKept } from '../../../lib/keeper/lock-notes.ts';
import { lockFile } from '../../../lib/node/file-lock.ts';
import { readProcess } from '../../../lib/node/process.ts';
import type { Service } from '../../../lib/node/service.ts';
import { exampleService } from '../../support/example-service.ts';
import { until } from '../capture/sm-directory.ts';
import { FakeKeeper, type Manner } from './fake-keeper.ts';

const SERVICE = exampleService();
// Most of the time is spent waiting for what does not come.
t.jobs = 4;

const OK = { state: 'ok', reason: null };

/** A service and the ways to call for it; `within` is how long a call may take, milliseconds. */
async function stage(t: Test, manner: Manner = {}) {
  const fake = await FakeKeeper.make(t, manner);
  const { runtime, program: keeper } = fake;
  const withdrawn: string[] = [];
  const withdraw = (name: string) => {
    withdrawn.push(name);
  };
  const options = (within: number, service: Service) => {
    return { service, keeper, runtime, deadline: Date.now() + within };
  };
  return {
    fake,
    runtime,
    start: (within = 20_000, service = SERVICE) => startKeeper(options(within, service)),
    monitor: (within = 20_000, service = SERVICE, given?: Record<string, string>) =>
      monitorKeeper({ ...options(within, service), ...(given === undefined ? {} : { given }) }),
    stop: (within = 20_000, more: Partial<Parameters<typeof stopKeeper>[0]> = {}) =>
      // The agent reckons from its start, which is no whole millisecond.
      stopKeeper({ name: 'nfs-a', keeper, runtime, deadline: Date.now() + within + 0.5, withdraw, ...more }),
    withdrawn,
  };
}

const lives = async (pid: number | undefined) => (await readProcess(Number(pid))) !== null;

/** Kills the nth keeper that was started when it can be asked. @param before is done just before */
async function killWhenListening(fake: FakeKeeper, nth: number, before = (): unknown => null): Promise<void> {
  const pid = () => Number(fake.pids[nth - 1]);
  const there = async () => (await fake.directory.keeperPid()) === pid() && existsSync(fake.directory.socket);
  while (!(await there())) await new Promise((done) => setTimeout(done, 10));
  before();
  process.kill(pid(), 'SIGKILL');
}

t.test('a service is started, found started, monitored and stopped', { buffered: true }, async (t) => {
  const { fake, runtime, start, monitor, stop, withdrawn } = await stage(t);
  const keeper = fake.program;
  t.equal(await isStarted('nfs-a', runtime), false);
  t.same(await start(), OK);
  t.equal(await isStarted('nfs-a', runtime), true);
  t.same(await start(), OK);
  t.same(await monitor(), OK);
  t.notOk(existsSync(fake.directory.agreedFile), 'nobody says what was given');
  t.same(await monitor(20_000, SERVICE, { ip: '192.0.2.1' }), OK);
  t.match(readFileSync(fake.directory.agreedFile, 'utf8'), new RegExp(`^\\S+ ${fake.pids[0]} \\d+\nip=192`));
  t.equal(fake.pids.length, 1, 'one keeper did all that');
  t.same(await stop(), []);
  t.equal(await isStarted('nfs-a', runtime), false);
  t.equal(await lives(fake.pids[0]), false);
  t.equal(fake.asked.at(-1), 'stop', 'which has released the locks');
  t.same(await stop(), [], 'what is stopped can be stopped');
  t.same(withdrawn, ['nfs-a'], 'the cluster is told once that it has left');
  await start();
  t.same(
    await stopKeeper({ name: 'nfs-a', keeper, runtime, deadline: Date.now() + 20_000 }),
    [],
    'or there is none',
  );
});

t.test('a start that fails says why and leaves nothing', { buffered: true }, async (t) => {
  const failed = (report: Manner['report']): Manner => ({ report: { phase: 'failed', ...report } });
  const because = (reason: string | null) => ({ state: 'failed', reason }) as const;
  const { fake, runtime, start } = await stage(t);
  fake.behave(failed({ verdict: because('store of another service'), faultCode: 'not-ours' }));
  await t.rejects(start(), { code: 'not-ours', message: 'store of another service' });
  fake.behave(failed({ verdict: because(null), faultCode: 'no such code' }));
  await t.rejects(start(), { code: 'failed', message: 'the keeper could not adopt the service' });
  fake.behave(failed({ verdict: because('EIO') }));
  await t.rejects(start(), { code: 'failed', message: 'EIO' });
  t.equal(await isStarted('nfs-a', runtime), false);
  for (const pid of fake.pids) t.equal(await lives(pid), false);
});

t.test('a start that takes too long says what it waits for', { buffered: true }, async (t) => {
  const { fake, start } = await stage(t, { dead: true });
  await t.rejects(start(1000), {
    code: 'timed-out',
    message: /^the keeper did not come up: no keeper listens/,
  });
  fake.behave({ report: { phase: 'adopting' } });
  await t.rejects(start(4000), { message: 'start is still waiting: for the lock store' });
  fake.behave({ report: { phase: 'adopting', waitingFor: ['grace to be on', 'address a'] } });
  await t.rejects(start(4000), { message: 'start is still waiting: grace to be on, address a' });
  for (const pid of fake.pids) t.equal(await lives(pid), false);
});

t.test(
  'a start that takes too long ends a keeper that has not written down its pid',
  { buffered: true },
  async (t) => {
    const { fake, start } = await stage(t, { slow: 3000 });
    const starting = start(2000);
    starting.catch(() => undefined);
    while (fake.pids.length === 0) await new Promise((done) => setTimeout(done, 10));
    await t.rejects(starting, { code: 'timed-out' });
    while (await lives(fake.pids[0])) await new Promise((done) => setTimeout(done, 10));
    t.equal(await fake.directory.keeperPid(), null, 'killed before it came so far');
  },
);

t.test('a keeper that is not what is wanted is replaced at start', { buffered: true }, async (t) => {
  const { fake, start } = await stage(t, { report: { version: '0.0.1' } });
  const replaced = async (why: string, service = SERVICE) => {
    const [before] = fake.pids.slice(-1);
    t.same(await start(20_000, service), OK, why);
    t.not(fake.pids.at(-1), before, why);
    t.equal(await lives(before), false, why);
    t.notOk(fake.asked.includes('stop'), 'the service goes on');
  };
  await start();
  fake.behave({});
  await replaced('another version');
  await replaced('another service', { ...SERVICE, names: ['nfs.test'] });
  writeFileSync(fake.directory.serviceFile, 'rubbish');
  t.equal(await isStarted('nfs-a', fake.runtime), true, 'rubbish is not stopped');
  fake.behave({ report: { phase: 'stopping' } });
  await replaced('a service file that cannot be read');
  fake.behave({ mute: true });
  await t.rejects(start(1500), { code: 'timed-out' }, 'one that was stopping was replaced by a mute one');
  t.equal(await isStarted('nfs-a', fake.runtime), true, 'what was started stays so until it is stopped');
  t.notOk(fake.asked.includes('stop'));
});

t.test('another keeper takes the place of one that dies in a start, twice', { buffered: true }, async (t) => {
  const { fake, start } = await stage(t, { report: { phase: 'adopting' } });
  const starting = start();
  await killWhenListening(fake, 1);
  await killWhenListening(fake, 2, () => fake.behave({}));
  t.same(await starting, OK);
  t.equal(fake.pids.length, 3);
  t.notOk(fake.asked.includes('stop'));

  const failing = await stage(t, { report: { phase: 'adopting' } });
  const failed = failing.start(6000);
  failed.catch(() => undefined);
  for (const nth of [1, 2, 3]) await killWhenListening(failing.fake, nth);
  await t.rejects(failed, { code: 'timed-out' });
  t.equal(failing.fake.pids.length, 3, 'and no more');
});

t.test(
  'a keeper that hangs is replaced at start, and leaves enough time for that',
  { buffered: true },
  async (t) => {
    const { fake, start } = await stage(t);
    await start();
    process.kill(Number(fake.pids[0]), 'SIGSTOP');
    t.same(await start(12_000), OK);
    t.equal(fake.pids.length, 2);
    t.equal(await lives(fake.pids[0]), false);
  },
);

t.test(
  'the monitor replaces a keeper that died, hangs or is another version; the service goes on',
  { buffered: true },
  async (t) => {
    const { fake, start, monitor } = await stage(t);
    await start();
    const replaced = async (why: string, within: number, service = SERVICE) => {
      const [before] = fake.pids.slice(-1);
      t.same(await monitor(within, service), OK, why);
      t.not(fake.pids.at(-1), before, why);
      t.equal(await lives(before), false, why);
      t.notOk(fake.asked.includes('stop'), 'it is not stopped');
    };
    process.kill(Number(fake.pids[0]), 'SIGKILL');
    await replaced('it died', 20_000);
    process.kill(Number(fake.pids.at(-1)), 'SIGSTOP');
    await replaced('it hangs', 12_000);
    await replaced('another service', 20_000, { ...SERVICE, names: ['nfs.test'] });
    const { graceEnd: _, ...former } = SERVICE;
    writeFileSync(fake.directory.serviceFile, JSON.stringify(former));
    await replaced('a service file of another version', 20_000);
    t.same(await fake.directory.service(), SERVICE);
  },
);

t.test('after an upgrade, a keeper goes on until its storage answers', { buffered: true }, async (t) => {
  const verdict = { state: 'degraded', reason: 'shared_dir does not answer' } as const;
  const hung = { version: '0.0.1', lag: 40_000, verdict };
  const { fake, start, monitor } = await stage(t);
  fake.behave({ report: hung });
  await fake.directory.create(SERVICE);
  spawnKeeper(fake.program, 'nfs-a');
  while (!existsSync(fake.directory.socket)) await new Promise((done) => setTimeout(done, 10));
  t.same(await monitor(20_000, SERVICE, { ip: '192.0.2.1' }), verdict);
  t.equal(fake.pids.length, 1, 'its successor could not adopt the service');
  t.notOk(existsSync(fake.directory.agreedFile), 'it is asked again');
  fake.behave({});
  t.same(await monitor(20_000, { ...SERVICE, names: ['nfs.test'] }), OK, 'unless it is to do something else');
  t.equal(fake.pids.length, 2);
  fake.behave({ report: { ...hung, lag: 0 } });
  await start();
  fake.behave({});
  t.same(await monitor(), OK);
  t.equal(fake.pids.length, 4, 'it answers');
});

t.test(
  'stop reports what could not be done, and ends the keeper all the same',
  { buffered: true },
  async (t) => {
    const reason = 'the last capture did not become durable';
    const { fake, start, stop } = await stage(t, {
      stubborn: true,
      report: { verdict: { state: 'degraded', reason } },
    });
    t.same(await start(), { state: 'degraded', reason });
    t.same(await stop(), [reason]);
    t.equal(await lives(fake.pids[0]), false, 'killed');
    t.notOk(existsSync(fake.directory.path));
  },
);

t.test('a keeper that does not answer stop is killed', { buffered: true }, async (t) => {
  const { fake, start, stop, runtime } = await stage(t, { mute: true });
  const starting = start(4000).catch(() => undefined);
  while (fake.asked.length === 0) await new Promise((done) => setTimeout(done, 10));
  const since = Date.now();
  const undone = await stop();
  t.ok(Date.now() - since < 4000, 'and that is not waited for');
  t.ok(fake.asked.includes('leave'), 'the locks are released all the same');
  t.equal(undone.length, 1);
  t.match(undone[0], /^the keeper did not answer/);
  t.equal(await lives(fake.pids[0]), false);
  t.equal(await isStarted('nfs-a', runtime), false);
  fake.behave({});
  await starting;
});

t.test('where the keeper has died, its program does what is left to do', { buffered: true }, async (t) => {
  const lost = ['no keeper was there to leave: not all clients may be recorded, nor all locks released'];
  for (const [leave, within, undone] of [
    [0, 20_000, []],
    [1, 20_000, lost],
    // It has to be asked within that time, less what a stop keeps for itself, by a Node.js that starts on a busy machine.
    [null, 6000, lost],
  ] as const) {
    const { fake, start, stop } = await stage(t, { leave });
    await start();
    process.kill(Number(fake.pids[0]), 'SIGKILL');
    while (await lives(fake.pids[0])) await new Promise((done) => setTimeout(done, 10));
    t.same(await stop(within), undone);
    t.equal(fake.asked.at(-1), 'leave');
    t.notOk(existsSync(fake.directory.path));
  }
});

t.test('so it does where the keeper has not yet adopted the service', { buffered: true }, async (t) => {
  const { fake, stop } = await stage(t, { report: { phase: 'adopting' } });
  // Its start was killed.
  await fake.directory.create(SERVICE);
  spawnKeeper(fake.program, 'nfs-a');
  while (!existsSync(fake.directory.socket)) await new Promise((done) => setTimeout(done, 10));
  t.same(await stop(), []);
  t.ok(fake.asked.indexOf('leave') > fake.asked.indexOf('stop'));
});

t.test(
  'where a stop has left the locks for a start that failed, the next stop leaves',
  { buffered: true },
  async (t) => {
    const { fake, start, stop } = await stage(t, {
      report: { phase: 'failed', faultCode: 'malformed', verdict: { state: 'failed', reason: 'damaged' } },
    });
    const { node } = fake.directory;
    await noteKept({ service: SERVICE, lockManager: 'lockd:7:1' }, { node });
    await t.rejects(start(), { message: 'damaged' });
    t.notOk(existsSync(fake.directory.path));
    t.same(await stop(), []);
    const later = () => fake.asked.filter((op) => op === 'leave-unless-started').length;
    await until(() => later() === 1);
    t.equal(fake.asked.at(-2), 'leave');
    t.notOk(existsSync(fake.directory.path));
    t.ok(existsSync(node.keptFile('nfs-a')), 'what becomes of the locks is for the program to say');
    t.same(await stop(20_000, { name: 'nfs-b' }), []);
    t.equal(fake.asked.filter((op) => op === 'leave').length, 1, 'no other service has left any');
    t.equal(later(), 1, 'nor is anything left to be done for it');
    fake.behave({});
    const release = await lockFile(node.keptLock('nfs-a'), 0);
    const starting = start();
    await pause(300);
    t.notOk(existsSync(fake.directory.serviceFile), 'while they are released, nothing is started');
    await release?.();
    await starting;
    t.notOk(existsSync(node.keptFile('nfs-a')), 'they are those of a service that runs');
    await stop();
    t.equal(fake.asked.at(-1), 'stop');
  },
);

t.test('a run-time directory that cannot be removed is named', { buffered: true }, async (t) => {
  const { fake, stop } = await stage(t);
  t.match(await stop(20_000, { runtime: fake.program.program }), [/ENOTDIR/]);
});
