import t, { type Test } from 'tap';
import { builtWithFakeKeeper, RIGHT, Sandbox, SHARE } from './sandbox.ts';

t.setTimeout(180_000);
const dist = builtWithFakeKeeper(t);
const LOCKFERRY = '/run/lockferry';
const KEEPER = `${LOCKFERRY}/services/locks`;
const WITHOUT_NODE = { ...RIGHT, OCF_TESTER_FAIL_HAVE_BINARY: '1' };
const CRASH = 'WARNING: no Node.js at /usr/bin/node /usr/bin/nodejs; install nodejs\n';
const UNDONE = 'not all clients may be recorded, nor all locks released\n';

/** A node on which the service runs, beside another one, both with a door for the statd callout. */
async function started(t: Test) {
  const node = await Sandbox.create(t, dist);
  t.match(await node.agent('start'), { code: 0, stderr: '' });
  await node.sh(`mkdir -p ${LOCKFERRY}/callout/locks ${LOCKFERRY}/callout/other`);
  const pid = (await node.sh(`cat ${KEEPER}/keeper.pid`)).stdout.trim();
  const keeperLives = async () => (await node.sh(`grep -q keeper /proc/${pid}/cmdline`)).code === 0;
  return { node, pid, keeperLives };
}

async function nothingIsLeft(t: Test, node: Sandbox): Promise<void> {
  t.equal((await node.sh(`ls -A ${LOCKFERRY}/services`)).stdout, '');
  t.equal((await node.sh(`ls -A ${LOCKFERRY}/callout`)).stdout, 'other\n', 'its door is gone');
}

t.test('stop without Node.js waits for a keeper that takes its time, and has no more to say', async (t) => {
  const { node, keeperLives } = await started(t);
  await node.sh(`echo slow >${KEEPER}/says`);
  t.same(await node.agent('stop', WITHOUT_NODE), { code: 0, stdout: '', stderr: CRASH });
  t.match(await node.sh('ls /run/ended'), { code: 0 }, 'it came to its end');
  t.notOk(await keeperLives());
  await nothingIsLeft(t, node);
});

t.test(
  'stop kills a keeper that does not listen before its time is over, whatever Node.js did',
  async (t) => {
    const { node, keeperLives } = await started(t);
    await node.sh(`echo deaf >${KEEPER}/says`);
    await node.sh("printf '#!/bin/sh\\nsleep 12\\nexit 65\\n' >/run/node; chmod +x /run/node");
    await node.sh('mount --bind /run/node /usr/bin/node');
    const before = Date.now();
    const stderr = `WARNING: the keeper was killed: ${UNDONE}`;
    t.same(await node.agent('stop'), { code: 0, stdout: '', stderr });
    t.ok(Date.now() - before < 18_000, `${Date.now() - before} ms`);
    // SIGKILL is sent, and not waited for: a file system that hangs would hold it.
    while (await keeperLives());
    await nothingIsLeft(t, node);
  },
);

t.test('stop without Node.js says where no keeper was there to leave', async (t) => {
  const { node, pid, keeperLives } = await started(t);
  const stopped = { code: 0, stdout: '', stderr: `${CRASH}WARNING: no keeper was there to leave: ${UNDONE}` };
  await node.sh(`kill -KILL ${pid}`);
  while (await keeperLives());
  t.same(await node.agent('stop', WITHOUT_NODE), stopped);
  await nothingIsLeft(t, node);
  await node.sh(`mkdir -p ${LOCKFERRY}/node/kept; echo '{}' >${LOCKFERRY}/node/kept/locks`);
  t.same(await node.agent('stop', WITHOUT_NODE), stopped, 'locks are here that a stop has left');
  await node.sh(`rm ${LOCKFERRY}/node/kept/locks; mkdir ${KEEPER}`);
  t.same(await node.agent('stop', WITHOUT_NODE), { ...stopped, stderr: CRASH }, 'it was not started');
  await nothingIsLeft(t, node);
});

t.test('stop without Node.js leaves the processes of others alone', async (t) => {
  const { node, pid } = await started(t);
  await node.sh(`kill -KILL ${pid}`);
  const start = async (words: string) => (await node.sh(`${words} >/run/null 2>&1 & echo $!`)).stdout.trim();
  const others = [
    await start('/bin/sleep 1000'),
    await start(`${process.execPath} -e 'setTimeout(() => {}, 1e6)' ${SHARE}/keeper.cjs locks2`),
    await start(`${process.execPath} -e 'setTimeout(() => {}, 1e6)' ${SHARE}/keeper.cjs locks other`),
  ];
  for (const text of [...others, '1', '0', '-1', '', 'x', '99999999', `${others[0]} ${others[1]}`]) {
    await node.sh(
      `mkdir -p ${KEEPER} && echo '{}' >${KEEPER}/service.json && echo '${text}' >${KEEPER}/keeper.pid`,
    );
    t.match(await node.agent('stop', WITHOUT_NODE), { code: 0 }, text);
    t.match(await node.sh(`ls ${KEEPER}`), { code: 2 });
  }
  const names = others.map((other) => `/proc/${other}/cmdline`);
  t.match(
    await node.sh(`for name in ${names.join(' ')}; do grep -q . $name || exit 1; done`),
    { code: 0 },
    'all still run',
  );
});
