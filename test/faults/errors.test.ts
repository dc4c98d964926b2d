import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import type { Report } from '../../lib/keeper/index.ts';
import { FaultyNode } from './faulty-node.ts';
import type { Errno, Rule } from './faulty-storage.ts';

/** Waits until the keeper's report is as wanted, 10 s at most. */
async function reported(node: FaultyNode, wanted: (report: Report) => boolean): Promise<Report> {
  const end = performance.now() + 10_000;
  for (;;) {
    const report = await node.keeper();
    if (wanted(report)) return report;
    if (performance.now() > end) throw new Error(`the keeper says ${JSON.stringify(report)}`);
    await pause(20);
  }
}

/** Each way in which a commit, or the rotation that follows a failed one, can fail; and the word that must be told. */
const TROUBLES: readonly (readonly [errno: Errno, rules: readonly Rule[]])[] = [
  ...(['ENOSPC', 'EIO', 'EROFS', 'EACCES'] as const).map((errno) => [errno, [['write', errno]]] as const),
  ...(['ENOSPC', 'EIO'] as const).map((errno) => [errno, [['fsync', errno]]] as const),
  ...(['ENOSPC', 'EIO', 'EROFS', 'EACCES'] as const).map((errno) => [errno, [['*', errno]]] as const),
  ['ENOSPC', [['write', 'torn']]],
  [
    'EIO',
    [
      ['write', 'torn'],
      ['truncate', 'EIO'],
      ['create', 'EIO'],
    ],
  ],
  [
    'EROFS',
    [
      ['fsync', 'EIO', 0],
      ['create', 'EROFS'],
    ],
  ],
  [
    'EIO',
    [
      ['fsync', 'EIO', 0],
      ['fsyncdir', 'EIO'],
      ['unlink', 'EACCES'],
    ],
  ],
  [
    'ENOSPC',
    [
      ['fsync', 'EIO', 0],
      ['write', 'ENOSPC', 1],
      ['unlink', 'EIO'],
    ],
  ],
];

t.test('whatever a commit meets, the keeper lives on, names it, loses nothing, and heals', async (t) => {
  const node = await FaultyNode.create(t);
  t.equal((await node.agent('start')).code, 0);
  node.monitors('first');
  const { pid } = await reported(node, ({ clients }) => clients.recorded === 1);
  const acknowledged = new Set(['first']);
  for (const [index, [errno, rules]] of TROUBLES.entries()) {
    const what = rules.map((rule) => rule.join(' ')).join(', ');
    const client = `client-${index}`;
    node.storage.plan(...rules);
    node.monitors(client);
    const ill = await reported(node, ({ verdict }) => verdict.reason?.includes(errno) === true);
    t.match(ill.verdict, { state: 'degraded', reason: /^1 clients unprotected: cannot / }, what);
    t.equal(ill.clients.recorded, acknowledged.size, 'what failed does not count');
    const clients = await node.clients();
    t.same(
      [...acknowledged].filter((one) => !clients.has(one)),
      [],
      'nothing acknowledged is missing',
    );
    if (index === 0) {
      const monitor = await node.agent('monitor');
      t.equal(monitor.code, 190, 'degraded, and running');
      t.match(monitor.stderr, /ocf-exit-reason:1 clients unprotected: .*ENOSPC/);
    }
    node.storage.heal();
    acknowledged.add(client);
    const well = await reported(node, (report) => report.clients.recorded === acknowledged.size);
    t.match(well, { pid, lag: 0, verdict: { state: 'ok' } }, `${what}: it heals by itself`);
    t.same([...(await node.clients())].sort(), [...acknowledged].sort());
    t.same((await node.stored()).damage, []);
  }
  t.equal((await node.agent('stop')).code, 0);
});

/** What goes wrong once and never again, in the commit of one client. */
const ONCE: readonly (readonly Rule[])[] = [
  ...(['ENOSPC', 'EIO', 'EROFS', 'EACCES'] as const).map((errno) => [['write', errno, 0, 1]] as const),
  [['fsync', 'EIO', 0, 1]],
  [['write', 'torn', 0, 1]],
  // What takes the broken journal's place fails, too.
  ...(['create', 'write', 'fsyncdir'] as const).map(
    (call) =>
      [
        ['fsync', 'EIO', 0, 1],
        [call, 'ENOSPC', call === 'write' ? 1 : 0, 1],
      ] as const,
  ),
  [['*', 'EIO', 0, 3]],
];

t.test('what goes wrong once is made good without anybody, and nobody is lost', async (t) => {
  const node = await FaultyNode.create(t);
  t.equal((await node.agent('start')).code, 0);
  const { pid } = await reported(node, ({ phase }) => phase === 'capturing');
  const acknowledged = new Set<string>();
  for (const [index, rules] of ONCE.entries()) {
    const what = rules.map((rule) => rule.join(' ')).join(', ');
    node.storage.plan(...rules);
    node.monitors(`client-${index}`);
    acknowledged.add(`client-${index}`);
    const well = await reported(
      node,
      ({ clients, lag }) => clients.recorded === acknowledged.size && lag === 0,
    );
    t.match(well, { pid, verdict: { state: 'ok' } }, what);
    t.same([...(await node.clients())].sort(), [...acknowledged].sort(), `${what}: nobody is missing`);
    t.same((await node.stored()).damage, []);
  }
  t.equal((await node.agent('stop')).code, 0);
});

t.test('whatever call of a take-over fails, the next one finds everything', async (t) => {
  const node = await FaultyNode.create(t);
  const clients = ['a', 'b', 'c'];
  for (const client of clients) node.monitors(client);
  t.equal((await node.agent('start')).code, 0);
  t.equal((await node.agent('stop')).code, 0);
  node.storage.calls();
  t.equal((await node.agent('start')).code, 0);
  const calls = node.storage.calls().length;
  t.equal((await node.agent('stop')).code, 0);
  t.ok(calls > 20, `a take-over makes ${calls} calls`);
  const errors: readonly Errno[] = ['EIO', 'ENOSPC', 'EACCES', 'EROFS'];
  for (let call = 0; call < calls; call++) {
    const errno = errors[call % errors.length] ?? 'EIO';
    const before = await node.stored();
    node.storage.plan(['*', errno, call]);
    const start = await node.agent('start');
    if (start.code !== 0) t.match(start.stderr, new RegExp(`ocf-exit-reason:.*${errno}`), `call ${call}`);
    t.ok(start.code === 0 || start.code === 1, `call ${call}: ${errno} ends in ${start.code}`);
    await node.agent('stop');
    node.storage.heal();
    const after = await node.stored();
    t.same([...(await node.clients())].sort(), clients, `call ${call}: nobody is missing`);
    t.ok(after.epoch >= before.epoch && after.damage.length === 0, `call ${call}: no damage`);
  }
  t.equal((await node.agent('start')).code, 0, 'and it starts when all is well');
  t.equal((await node.agent('monitor')).code, 0);
  t.equal((await node.agent('stop')).code, 0);
});

t.test(
  'on storage that is full, a take-over has the room that was set aside, and fails without',
  async (t) => {
    const node = await FaultyNode.create(t);
    node.monitors('client');
    t.equal((await node.agent('start')).code, 0);
    t.equal((await node.agent('stop')).code, 0);
    const ballast = join(node.storage.behind, 'locks', 'ballast');
    // The header, the base, and the word that it is complete.
    for (const call of [0, 1, 2]) {
      for (const aside of [false, true]) {
        if (aside) writeFileSync(ballast, 'room');
        node.storage.plan(['write', 'ENOSPC', call, 1]);
        const start = await node.agent('start');
        t.equal(
          start.code,
          aside ? 0 : 1,
          `write ${call}, ${aside ? 'with' : 'without'} it: ${start.stderr}`,
        );
        t.notOk(existsSync(ballast), 'it is given up');
        node.storage.heal();
        t.equal((await node.agent('stop')).code, 0);
        t.same([...(await node.clients())], ['client']);
      }
    }
  },
);
