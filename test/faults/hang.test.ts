import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { readProcess } from '../../lib/node/process.ts';
import type { Answer, Sandbox } from '../conformance/sandbox.ts';
import { FaultyNode } from './faulty-node.ts';

/** Pacemaker's callers must have their answer within this time, milliseconds, whatever the storage does. */
const PROMPT = 2000;
/** A stop gives a storage that has only just stopped to answer some time: locks that stay would keep it mounted. */
const GIVEN_UP = 6000;
/** As Pacemaker says it to a probe. */
const PROBE = { OCF_RESKEY_CRM_meta_interval: '0' };
const TEN_SECONDS = { OCF_RESKEY_CRM_meta_interval: '10000' };

/** A real rpcbind and rpc.statd on the sandbox's /var/lib/nfs. */
async function startStatd({ sandbox }: FaultyNode): Promise<void> {
  const script = `mkdir /run/rpcbind && : >/run/resolv.conf && mount --bind /run/resolv.conf /etc/resolv.conf &&
    rpcbind -w && rpc.statd -L -p 32765 -o 32766`;
  const { code, stderr } = await sandbox.sh(script);
  if (code !== 0) throw new Error(`statd does not start: ${stderr}`);
}

/** A lock manager asks statd to monitor a client, as before a first lock. @returns what statd says, and in how many ms */
async function grant({ sandbox }: FaultyNode, client: string): Promise<{ said: string; took: number }> {
  const program = resolve('.tap-build/test/lib/capture/sm-mon.js');
  const began = performance.now();
  const words = `echo mon ${client} n1 ${'0'.repeat(32)} | '${process.execPath}' '${program}'`;
  const { stdout } = await sandbox.sh(words);
  return { said: stdout, took: performance.now() - began };
}

async function eventually(what: string, met: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 15_000;
  while (!(await met())) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await pause(50);
  }
}

async function prompt(
  t: Test,
  what: string,
  answer: Promise<Answer & { took: number }>,
  within = PROMPT,
): Promise<Answer> {
  const { took, ...rest } = await answer;
  t.ok(took < within, `${what} takes ${Math.round(took)} ms`);
  return rest;
}

/** Threads that wait in the kernel for the storage: one line says which, and where. */
function stuck({ root }: Sandbox): string[] {
  const proc = join(root, 'proc');
  const found: string[] = [];
  for (const pid of readdirSync(proc).filter((name) => /^\d+$/.test(name))) {
    try {
      for (const thread of readdirSync(join(proc, pid, 'task'))) {
        const stack = readFileSync(join(proc, pid, 'task', thread, 'stack'), 'latin1');
        if (/ fuse_(?!dev)/.test(stack)) found.push(`${pid} ${thread} ${stack}`);
      }
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

/** SM_MON succeeded: result 0, and the monitor's state number. */
const GRANTED = /\n00000000[0-9a-f]{8}\n$/;

t.test('while the storage hangs everybody is answered, and when it is back all is well', async (t) => {
  const node = await FaultyNode.create(t);
  await startStatd(node);
  t.equal((await node.agent('start')).code, 0);
  t.match((await grant(node, '192.0.2.11')).said, GRANTED);
  await eventually('the first client is durable', async () => (await node.clients()).has('192.0.2.11'));

  node.storage.plan(['*', 'hang']);
  const { said, took } = await grant(node, '192.0.2.12');
  t.match(said, GRANTED, 'statd goes on granting');
  t.ok(took < PROMPT, `a grant takes ${Math.round(took)} ms`);
  t.equal((await prompt(t, 'a probe', node.agent('monitor', PROBE))).code, 0);
  await prompt(t, 'a monitor', node.agent('monitor', TEN_SECONDS));
  t.equal(stuck(node.sandbox).length, 1, 'one thread hangs, in the kernel');
  await eventually('the monitor says so', async () => {
    const { code, stderr } = await prompt(t, 'a monitor', node.agent('monitor', TEN_SECONDS));
    return code === 190 && /1 clients unprotected: shared_dir has not answered for/.test(stderr);
  });
  t.equal((await prompt(t, 'validate-all', node.agent('validate-all', { OCF_CHECK_LEVEL: '10' }))).code, 0);
  t.equal(stuck(node.sandbox).length, 1, 'and it stays one');
  node.storage.heal();
  await eventually('the late client is durable', async () => (await node.clients()).has('192.0.2.12'));
  t.equal((await node.agent('monitor')).code, 0, 'the monitor is content again');

  node.storage.plan(['*', 'hang']);
  t.match((await grant(node, '192.0.2.13')).said, GRANTED);
  const stop = await prompt(t, 'a stop', node.agent('stop'), GIVEN_UP);
  t.equal(stop.code, 0);
  t.match(stop.stderr, /last capture did not become durable: shared_dir does not answer/);
  t.equal((await prompt(t, 'a probe', node.agent('monitor', PROBE))).code, 7, 'and it is stopped');
  t.match((await grant(node, '192.0.2.14')).said, GRANTED, 'statd goes on granting');

  const start = await node.agent('start', { OCF_RESKEY_CRM_meta_timeout: '4000' });
  t.equal(start.code, 1, 'it cannot be started');
  t.match(start.stderr, /ocf-exit-reason:.*waiting.* lock store/, 'the reason says what it waits for');
  t.ok(start.took < 4000, `start gives up after ${Math.round(start.took)} ms, before it is killed`);
  t.equal((await prompt(t, 'a stop', node.agent('stop'))).code, 0, 'what Pacemaker does next');

  node.storage.heal();
  await eventually('nobody hangs any more', async () => stuck(node.sandbox).length === 0);
  t.equal((await node.agent('start')).code, 0);
  t.equal((await node.agent('monitor')).code, 0);
  t.same([...(await node.clients())].sort(), ['192.0.2.11', '192.0.2.12', '192.0.2.13', '192.0.2.14']);
  t.same((await node.stored()).damage, []);
  t.equal((await node.agent('stop')).code, 0);
});

t.test('doctor comes to its end while the storage hangs, and says so', async (t) => {
  const node = await FaultyNode.create(t);
  t.equal((await node.agent('start')).code, 0);
  node.storage.plan(['*', 'hang']);
  const began = performance.now();
  const { code, stdout } = await node.sandbox.sh('env -u NODE_OPTIONS lockferry doctor --json');
  const took = performance.now() - began;
  t.ok(took < 25_000, `it takes ${Math.round(took)} ms`);
  t.equal(code, 5);
  const { findings } = JSON.parse(stdout) as {
    findings: { code: string; verdict: string; evidence: string }[];
  };
  t.match(
    findings.find((finding) => finding.code === 'lock-store'),
    { verdict: 'bad', evidence: /took longer than 5 s: the storage does not answer$/ },
  );
  node.storage.heal();
  await eventually('nobody hangs any more', async () => stuck(node.sandbox).length === 0);
  t.equal((await node.agent('stop')).code, 0);
});

t.test('a take-over that hangs at any kind of call is bounded, and comes to its end later', async (t) => {
  const node = await FaultyNode.create(t);
  node.monitors('a');
  t.equal((await node.agent('start')).code, 0);
  t.equal((await node.agent('stop')).code, 0);
  for (const call of [
    'getattr',
    'readdir',
    'open',
    'read',
    'create',
    'write',
    'fsync',
    'fsyncdir',
  ] as const) {
    node.storage.plan([call, 'hang']);
    const start = await node.agent('start', { OCF_RESKEY_CRM_meta_timeout: '4000' });
    t.match(start.stderr, /ocf-exit-reason:.*waiting/, `${call}: start says what it waits for`);
    t.ok(start.code === 1 && start.took < 4000, `${call}: after ${Math.round(start.took)} ms`);
    t.equal((await prompt(t, 'a stop', node.agent('stop'), GIVEN_UP)).code, 0);
    node.storage.heal();
    await eventually('nobody hangs any more', async () => stuck(node.sandbox).length === 0);
    t.ok((await node.clients()).has('a'), `${call}: nobody is missing`);
  }
  t.equal((await node.agent('start')).code, 0);
  t.equal((await node.agent('monitor')).code, 0);
  t.equal((await node.agent('stop')).code, 0);
});

t.test('a keeper that is stopped in its tracks is replaced by monitor and ended by stop', async (t) => {
  const node = await FaultyNode.create(t);
  t.equal((await node.agent('start')).code, 0);
  const lives = async (one: number) => (await readProcess(one, join(node.sandbox.root, 'proc'))) !== null;
  const pid = (await node.sandbox.sh('cat /run/lockferry/services/locks/keeper.pid')).stdout.trim();
  await node.sandbox.sh(`kill -STOP ${pid}`);
  node.monitors('late');
  t.equal((await prompt(t, 'a probe', node.agent('monitor', PROBE))).code, 0);
  const monitor = await node.agent('monitor', TEN_SECONDS);
  t.equal(monitor.code, 0, 'a new keeper is at work');
  t.comment(`the keeper was replaced in ${Math.round(monitor.took)} ms`);
  t.not((await node.keeper()).pid, Number(pid));
  await eventually('the new one captures', async () => (await node.clients()).has('late'));
  t.equal(await lives(Number(pid)), false, 'the old one is gone');
  const second = (await node.sandbox.sh('cat /run/lockferry/services/locks/keeper.pid')).stdout.trim();
  await node.sandbox.sh(`kill -STOP ${second}`);
  t.equal((await prompt(t, 'a stop', node.agent('stop'), GIVEN_UP)).code, 0);
  t.equal(await lives(Number(second)), false, 'it is gone');
  t.equal((await node.agent('monitor', PROBE)).code, 7);
});
