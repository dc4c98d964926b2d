import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { askOnce, StorageSession } from '../../../../lib/cli/storage/session.ts';
import { fileOf } from '../../store/arbitraries.ts';
import { byHand, leave, SERVICE, STORAGE } from '../by-hand.ts';

/** How a child says that it has started. */
const SAYS = "process.send('started');";
const patience = { within: 10_000, doing: 'reading' };

t.test('what the child read comes as it is', async (t) => {
  const { dir } = byHand(t);
  await leave(dir, [fileOf('192.0.2.1')]);
  const state = await askOnce(STORAGE, 'read', dir, patience);
  t.equal(state.service, SERVICE);
  t.same(state.current.get('192.0.2.1'), fileOf('192.0.2.1'));
});

t.test('a fault of the child is a fault here', async (t) => {
  const { root } = byHand(t);
  await t.rejects(askOnce(STORAGE, 'read', join(root, 'none'), patience), {
    name: 'Fault',
    code: 'failed',
    message: /cannot use lock store .*ENOENT/,
  });
});

t.test(
  'a child that the storage holds is left behind after its time, and nothing more is asked',
  async (t) => {
    const root = t.testdir({ 'hung.cjs': `process.on("message", () => { for (;;); }); ${SAYS}` });
    const session = StorageSession.open(join(root, 'hung.cjs'));
    const begun = performance.now();
    const hung = { within: 400, doing: 'reading the lock store in /srv' };
    const wanted = {
      code: 'timed-out',
      message: 'reading the lock store in /srv took longer than 0.4 s: the storage does not answer',
    };
    await t.rejects(session.ask('read', '/srv', hung), wanted);
    t.ok(performance.now() - begun < 4000);
    await t.rejects(session.ask('read', '/srv', patience), wanted);
    session.end();
  },
);

t.test('a child that says how far it is is waited for as long as it does', async (t) => {
  const root = t.testdir({
    'works.cjs': `process.on('message', ({ id }) => {
        let done = 0;
        setInterval(() => {
          done += 1;
          process.send(done > 9 ? { id, value: done, fault: null } : { id, step: { what: 'files', done, total: 9 } });
        }, 200);
      });
      ${SAYS}`,
  });
  const program = join(root, 'works.cjs');
  const steps: number[] = [];
  const said = { within: 1500, doing: 'reading', onStep: ({ done }: { done: number }) => steps.push(done) };
  t.equal(await askOnce(program, 'read', '/srv', said), 10);
  t.same(steps, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  t.equal(await askOnce(program, 'read', '/srv', { within: 1500, doing: 'reading' }), 10, 'whoever listens');
});

t.test('while a child starts, it is not the storage that takes long', async (t) => {
  const root = t.testdir({
    'slow.cjs': `process.on('message', ({ id }) => process.send({ id, value: null, fault: null }));
      setTimeout(() => { ${SAYS} }, 600);`,
    'never.cjs': 'process.on("message", () => undefined);',
  });
  const slow = { within: 500, doing: 'reading' };
  t.equal(await askOnce(join(root, 'slow.cjs'), 'read', '/srv', slow), null);
  const session = StorageSession.open(join(root, 'never.cjs'), 200);
  t.teardown(() => session.end());
  await t.rejects(session.ask('read', '/srv', patience), {
    code: 'timed-out',
    message: /^no process for the storage could be started in 0\.2 s/,
  });
});

t.test('a child that dies says so, and one that cannot be started', async (t) => {
  const root = t.testdir({ 'dies.cjs': `process.on("message", () => process.exit(3)); ${SAYS}` });
  await t.rejects(askOnce(join(root, 'dies.cjs'), 'read', '/srv', patience), {
    message: 'the process for the storage ended (exit code 3)',
  });
  await t.rejects(askOnce(join(root, 'none.cjs'), 'read', '/srv', patience), { code: 'failed' });
  const { execPath } = process;
  process.execPath = '/no/such/node';
  t.teardown(() => {
    process.execPath = execPath;
  });
  await t.rejects(askOnce(STORAGE, 'read', '/srv', patience), {
    message: 'no process for the storage',
    cause: { code: 'ENOENT' },
  });
});

t.test('the child ends with us, and has nothing of our environment', async (t) => {
  const root = t.testdir({
    'tells.cjs': `const fs = require('node:fs');
      process.on('message', ({ id }) => {
        fs.writeFileSync(__filename + '.env', JSON.stringify([process.pid, process.env, process.cwd()]));
        process.send({ id, value: null, fault: null });
      });
      process.on('disconnect', () => fs.writeFileSync(__filename + '.end', ''));
      ${SAYS}`,
  });
  const program = join(root, 'tells.cjs');
  process.env.LOCKFERRY_TEST = 'secret';
  const session = StorageSession.open(program);
  await session.ask('read', '/srv', patience);
  const [pid, env, cwd] = JSON.parse(readFileSync(`${program}.env`, 'utf8'));
  // What runs the tests adds some of its own.
  t.match(env, { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' });
  t.notOk('LOCKFERRY_TEST' in env || 'HOME' in env);
  t.equal(cwd, '/');
  session.end();
  const gone = () => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  };
  const deadline = Date.now() + 5000;
  while (!gone() && Date.now() < deadline) await pause(5);
  t.ok(gone());
  await t.rejects(session.ask('read', '/srv', patience), { message: /was ended/ });
  session.end();
});
