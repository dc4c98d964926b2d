import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t, { type Test } from 'tap';
import {
  ended,
  findKeeper,
  KEEPER_OPTIONS,
  signal,
  spawnKeeper,
} from '../../../lib/keeper/keeper-process.ts';
import { type ProcessIdentity, readProcess } from '../../../lib/node/process.ts';
import { RuntimeDirectory } from '../../../lib/node/runtime-directory.ts';
import { FakeRoot } from '../node/fake-root.ts';

/** Beyond the largest pid that Linux gives (2^22). */
const NO_PID = 2 ** 22 + 1;

/** Tells how it was started, and waits until it is ended; bounded, should its test die first. */
const PROGRAM = `
const { writeFileSync, renameSync } = require('node:fs');
const facts = { options: process.execArgv, pid: process.pid, name: process.argv[2], cwd: process.cwd(), env: process.env };
writeFileSync(__dirname + '/facts.new', JSON.stringify(facts));
renameSync(__dirname + '/facts.new', __dirname + '/facts');
setTimeout(() => {}, 30000);
`;

interface Facts {
  readonly options: readonly string[];
  readonly pid: number;
  readonly name: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Starts a program of this name as the keeper of `locks` and waits for what it tells. */
async function start(t: Test, programName: string): Promise<{ directory: RuntimeDirectory; facts: Facts }> {
  const base = t.testdir({ [programName]: PROGRAM });
  const directory = new RuntimeDirectory('locks', base);
  await mkdir(directory.path);
  spawnKeeper({ node: process.execPath, program: join(base, programName) }, 'locks');
  const deadline = Date.now() + 20_000;
  while (!existsSync(join(base, 'facts'))) {
    if (Date.now() > deadline) throw new Error('the program did not start');
    await pause(10);
  }
  const facts: Facts = JSON.parse(readFileSync(join(base, 'facts'), 'utf8'));
  writeFileSync(directory.pidFile, `${facts.pid}\n`);
  t.teardown(async () => {
    const left = await readProcess(facts.pid);
    if (left !== null) await signal(left, 'SIGKILL');
  });
  return { directory, facts };
}

async function found(directory: RuntimeDirectory): Promise<ProcessIdentity> {
  const identity = await findKeeper(directory);
  if (identity === null) throw new Error('the keeper was not found');
  return identity;
}

t.test('a keeper is started in a session of its own, found, and ended', async (t) => {
  process.env.OCF_RESKEY_shared_dir = '/srv';
  const { directory, facts } = await start(t, 'keeper.cjs');
  t.match(facts, { name: 'locks', cwd: '/', env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' } });
  t.same(facts.options, KEEPER_OPTIONS);
  t.notOk('OCF_RESKEY_shared_dir' in facts.env, "nothing of the agent's environment is inherited");
  const stat = readFileSync(`/proc/${facts.pid}/stat`, 'latin1');
  t.equal(Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]), facts.pid, 'it leads its session');
  const identity = await found(directory);
  t.equal(identity.pid, facts.pid);
  t.equal(await ended(identity, Date.now() + 30), false);
  await signal(identity, 'SIGTERM');
  t.equal(await ended(identity, Date.now() + 10_000), true);
  t.equal(await findKeeper(directory), null);
  await signal(identity, 'SIGTERM');
});

t.test('another service is not its own, whatever pid it left', async (t) => {
  const { directory, facts } = await start(t, 'main.cjs');
  t.equal((await found(directory)).pid, facts.pid);
  const other = new RuntimeDirectory('other', t.testdirName);
  t.equal(await findKeeper(other), null, 'no pid');
  await mkdir(other.path);
  for (const pid of [facts.pid, process.pid, NO_PID]) {
    writeFileSync(other.pidFile, `${pid}\n`);
    t.equal(await findKeeper(other), null, String(pid));
  }
});

t.test('a process that ends between look and signal', async (t) => {
  const proc = join(t.testdir(), 'proc');
  new FakeRoot(t.testdirName).process(NO_PID, 'node', 5);
  await t.resolves(signal({ pid: NO_PID, command: 'node', startTicks: 5 }, 'SIGTERM', proc));
});

t.test('an interpreter that is not there is seen by whoever waits', async (t) => {
  spawnKeeper({ node: join(t.testdir(), 'node'), program: '/keeper.cjs' }, 'locks');
  await pause(0);
  t.pass('nothing was thrown');
});
