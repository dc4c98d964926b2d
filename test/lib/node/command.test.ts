import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runChecked, runCommand, runThrough } from '../../../lib/node/command.ts';
import { until } from '../capture/sm-directory.ts';

t.test('what a program says, and how it ends', async (t) => {
  t.same(await runCommand(['sh', '-c', 'echo out; echo err >&2; exit 3'], 10_000), {
    exitCode: 3,
    stdout: 'out',
    stderr: 'err',
  });
});

t.test('a program gets a clean environment and nothing to read', async (t) => {
  process.env.OCF_RESKEY_shared_dir = '/srv';
  const { stdout } = await runCommand(['sh', '-c', 'env; cat'], 10_000);
  const lines = stdout.split('\n');
  for (const line of ['LC_ALL=C', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin']) t.ok(lines.includes(line), line);
  t.notOk(stdout.includes('OCF_RESKEY_'), 'nothing of our own environment is inherited');
});

t.test('a program that does not end is killed', async (t) => {
  await t.rejects(runCommand(['sleep', '30'], 50), {
    code: 'timed-out',
    message: 'sleep 30 did not end within 50 ms',
  });
});

t.test('what a program leaves running is not waited for, though it holds the output', async (t) => {
  const before = Date.now();
  const left = 'echo begun; (sleep 6; echo late) & exit 3';
  t.match(await runCommand(['sh', '-c', left], 10_000), { exitCode: 3, stdout: 'begun' });
  await t.rejects(runCommand(['sh', '-c', 'sleep 6; echo'], 50), { code: 'timed-out' });
  t.ok(Date.now() - before < 5000);
});

t.test('a program that is not there', async (t) => {
  await t.rejects(runCommand(['no-such-program', 'x'], 10_000), {
    code: 'not-installed',
    facts: { subject: 'no-such-program' },
  });
});

t.test('a program that cannot be run, or dies of a signal', async (t) => {
  const program = join(t.testdir({ data: 'x' }), 'data');
  await t.rejects(runCommand([program], 10_000), { code: 'failed', cause: { code: 'EACCES' } });
  await t.rejects(runCommand(['sh', '-c', 'kill -9 $$'], 10_000), { code: 'failed' });
});

t.test('a program that says more than a program of the node ever says', async (t) => {
  const talkative = ['head', '-c', '3000000', '/dev/zero'];
  const message = 'head -c 3000000 /dev/zero said more than 1 MiB';
  await t.rejects(runCommand(talkative, 10_000), { code: 'failed', message });
  await t.rejects(runChecked(talkative, 10_000), { code: 'failed', message });
  t.equal((await runChecked(talkative, 10_000, 4 << 20)).length, 3_000_000, 'where more is expected');
});

t.test('a program that must succeed', async (t) => {
  t.equal(await runChecked(['echo', 'a', 'b'], 10_000), 'a b');
  await t.rejects(runChecked(['sh', '-c', 'printf "no\\033[1m\\nmore" >&2; exit 4'], 10_000), {
    code: 'failed',
    message: /failed with exit code 4$/,
    facts: { found: 'no\x1b[1m' },
  });
});

t.test('what is not to be left half done goes on when its time is over', async (t) => {
  t.equal(await runThrough(['echo', 'a'], 10_000), 'a');
  await t.rejects(runThrough(['sh', '-c', 'exit 4'], 10_000), { code: 'failed' });
  const file = join(t.testdir({}), 'done');
  const command = ['sh', '-c', 'sleep 0.5 && : >"$0"', file];
  await t.rejects(runThrough(command, 50), { code: 'timed-out', message: /goes on after 50 ms$/ });
  t.notOk(existsSync(file));
  await until(() => existsSync(file));
});

t.test('a signal that a process handles once does not end it while it runs a program', async (t) => {
  const module = new URL('../../../lib/node/command.js', import.meta.url).href;
  const script = `
    const { runCommand } = await import('${module}');
    process.once('SIGTERM', () => setTimeout(() => { console.log('done'); process.exit(); }, 100));
    void runCommand(['sleep', '5'], 10_000);
    setTimeout(() => process.kill(process.pid, 'SIGTERM'), 100);`;
  // tap's own handlers would hide it
  const { stdout } = spawnSync('env', ['-i', process.execPath, '--input-type=module', '-e', script]);
  t.equal(`${stdout}`, 'done\n');
});
