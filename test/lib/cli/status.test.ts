import { EventEmitter } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { status } from '../../../lib/cli/status.ts';
import { adopted, claimEpoch } from '../../../lib/store/index.ts';
import { HOLDER } from '../store/arbitraries.ts';
import { byHand, SERVICE, STORAGE } from './by-hand.ts';
import { keeperWith, reportOf, shortDirectory, silentKeeper, terminal } from './reports.ts';

const means = (runtime: string) => ({ runtime, storage: STORAGE, signals: process });

t.test('nothing started is well', async (t) => {
  const { written, ...streams } = terminal();
  const runtime = join(t.testdir({}), 'none');
  t.equal(
    await status(
      { sharedDir: undefined, json: false, watch: false, prometheus: undefined },
      streams,
      means(runtime),
    ),
    0,
  );
  t.equal(written.out, 'No service is started on this node.\n');
});

t.test('all services of the node, in order, and 0 where all are well', async (t) => {
  const { written, ...streams } = terminal();
  const runtime = shortDirectory(t);
  mkdirSync(join(runtime, 'not-started'));
  t.teardown(await keeperWith(runtime, reportOf('nfs-b')));
  t.teardown(await keeperWith(runtime, reportOf('nfs-a')));
  t.equal(
    await status(
      { sharedDir: undefined, json: false, watch: false, prometheus: undefined },
      streams,
      means(runtime),
    ),
    0,
  );
  t.match(written.out, /^nfs-a: ok, capturing\n[\s\S]*\n\nnfs-b: ok, capturing\n/);
});

t.test('one that is degraded makes it 1', async (t) => {
  const { written, ...streams } = terminal();
  const runtime = shortDirectory(t);
  const verdict = { state: 'degraded', reason: 'grace is over' } as const;
  t.teardown(await keeperWith(runtime, reportOf('nfs-a', { verdict })));
  t.teardown(await keeperWith(runtime, reportOf('nfs-b')));
  t.equal(
    await status(
      { sharedDir: undefined, json: true, watch: false, prometheus: undefined },
      streams,
      means(runtime),
    ),
    1,
  );
  t.match(JSON.parse(written.out), { services: [{ service: 'nfs-a', verdict }, { service: 'nfs-b' }] });
});

t.test('keepers that hang are waited for together, and the others shown', async (t) => {
  const { written, ...streams } = terminal();
  const runtime = shortDirectory(t);
  t.teardown(await silentKeeper(runtime, 'nfs-a'));
  t.teardown(await silentKeeper(runtime, 'nfs-b'));
  t.teardown(await keeperWith(runtime, reportOf('nfs-c')));
  const begun = Date.now();
  t.equal(
    await status(
      { sharedDir: undefined, json: false, watch: false, prometheus: undefined },
      streams,
      means(runtime),
    ),
    1,
  );
  t.ok(Date.now() - begun < 3900, 'two seconds for all, not for each');
  t.match(written.out, /^nfs-a: unanswering\n[\s\S]*\nnfs-b: unanswering\n[\s\S]*\nnfs-c: ok/);
});

t.test('a store, read in a process of its own', async (t) => {
  const { written, ...streams } = terminal();
  const { dir, means } = byHand(t);
  const claim = await claimEpoch({ dir, service: SERVICE, holder: HOLDER });
  await (await claim.establish(adopted(null, 1))).close();
  t.equal(
    await status({ sharedDir: dir, json: false, watch: false, prometheus: undefined }, streams, means),
    0,
  );
  t.match(written.out, `${SERVICE}: ok, capturing\n`);
  const none = { sharedDir: join(dir, 'none'), json: true, watch: false, prometheus: undefined };
  await t.rejects(status(none, streams, means), { code: 'failed' });
});

t.test('a store that hangs is given up, and said to', { timeout: 20_000 }, async (t) => {
  const { written, ...streams } = terminal();
  const hung = t.testdir({
    'hung.cjs': 'process.send("started"); process.on("message", () => { for (;;); });',
  });
  const begun = Date.now();
  const storage = join(hung, 'hung.cjs');
  await t.rejects(
    status({ sharedDir: '/srv/a', json: true, watch: false, prometheus: undefined }, streams, {
      storage,
      signals: process,
    }),
    {
      code: 'timed-out',
      message: /reading the lock store in \/srv\/a took longer than 5 s: the storage does not answer/,
    },
  );
  t.ok(Date.now() - begun < 8000);
  t.equal(written.out, '');
});

t.test('live, until a signal comes; the code is that of what was shown last', async (t) => {
  const { written, ...streams } = terminal();
  const runtime = shortDirectory(t);
  const signals = new EventEmitter();
  const options = { sharedDir: undefined, json: false, watch: true, prometheus: undefined };
  const over = status(options, streams, { ...means(runtime), signals });
  while (!written.out.includes('no service is started here')) await pause(10);
  const verdict = { state: 'degraded', reason: 'grace is over' } as const;
  t.teardown(await keeperWith(runtime, reportOf('nfs-a', { verdict })));
  while (!written.out.includes('nfs-a: degraded')) await pause(10);
  signals.emit('SIGINT');
  t.equal(await over, 1);
  const none = status({ ...options, sharedDir: '/none' }, streams, { ...means(runtime), signals });
  while (!written.out.includes('cannot use lock store /none')) await pause(10);
  signals.emit('SIGTERM');
  t.equal(await none, 1, 'what cannot be asked is not well');
  written.out = '';
  const well = status(options, streams, { ...means(shortDirectory(t)), signals });
  while (!written.out.includes('no service is started here')) await pause(10);
  signals.emit('SIGTERM');
  t.equal(await well, 0);
});

t.test('metrics, into a file or printed', async (t) => {
  const { written, ...streams } = terminal();
  const runtime = shortDirectory(t);
  const verdict = { state: 'degraded', reason: 'grace is over' } as const;
  t.teardown(await keeperWith(runtime, reportOf('nfs-a', { verdict })));
  const options = { sharedDir: undefined, json: false, watch: false };
  t.equal(await status({ ...options, prometheus: '-' }, streams, means(runtime)), 0);
  const file = join(runtime, 'lockferry.prom');
  t.equal(await status({ ...options, prometheus: file }, streams, means(runtime)), 0);
  t.equal(readFileSync(file, 'utf8'), written.out);
  t.match(written.out, '\nlockferry_service_state{service="nfs-a",state="degraded"} 1\n');
});
