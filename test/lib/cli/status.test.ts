import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { status } from '../../../lib/cli/status.ts';
import { adopted, claimEpoch } from '../../../lib/store/index.ts';
import { HOLDER } from '../store/arbitraries.ts';
import { keeperWith, reportOf, shortDirectory, silentKeeper, terminal } from './reports.ts';

t.test('nothing started is well', async (t) => {
  const { written, ...streams } = terminal();
  const runtime = join(t.testdir({}), 'none');
  t.equal(await status({ sharedDir: undefined, json: false, runtime }, streams), 0);
  t.equal(written.out, 'No service is started on this node.\n');
});

t.test('all services of the node, in order, and 0 where all are well', async (t) => {
  const { written, ...streams } = terminal();
  const runtime = shortDirectory(t);
  mkdirSync(join(runtime, 'not-started'));
  t.teardown(await keeperWith(runtime, reportOf('nfs-b')));
  t.teardown(await keeperWith(runtime, reportOf('nfs-a')));
  t.equal(await status({ sharedDir: undefined, json: false, runtime }, streams), 0);
  t.match(written.out, /^nfs-a: ok, capturing\n[\s\S]*\n\nnfs-b: ok, capturing\n/);
});

t.test('one that is degraded makes it 1', async (t) => {
  const { written, ...streams } = terminal();
  const runtime = shortDirectory(t);
  const verdict = { state: 'degraded', reason: 'grace is over' } as const;
  t.teardown(await keeperWith(runtime, reportOf('nfs-a', { verdict })));
  t.teardown(await keeperWith(runtime, reportOf('nfs-b')));
  t.equal(await status({ sharedDir: undefined, json: true, runtime }, streams), 1);
  t.match(JSON.parse(written.out), { services: [{ service: 'nfs-a', verdict }, { service: 'nfs-b' }] });
});

t.test('keepers that hang are waited for together, and the others shown', async (t) => {
  const { written, ...streams } = terminal();
  const runtime = shortDirectory(t);
  t.teardown(await silentKeeper(runtime, 'nfs-a'));
  t.teardown(await silentKeeper(runtime, 'nfs-b'));
  t.teardown(await keeperWith(runtime, reportOf('nfs-c')));
  const begun = Date.now();
  t.equal(await status({ sharedDir: undefined, json: false, runtime }, streams), 1);
  t.ok(Date.now() - begun < 3900, 'two seconds for all, not for each');
  t.match(written.out, /^nfs-a: unanswering\n[\s\S]*\nnfs-b: unanswering\n[\s\S]*\nnfs-c: ok/);
});

t.test('a store', async (t) => {
  const { written, ...streams } = terminal();
  const dir = join(t.testdir({}), 'store');
  const claim = await claimEpoch({ dir, service: 'nfs-a', holder: HOLDER });
  await (await claim.establish(adopted(null, 1))).close();
  t.equal(await status({ sharedDir: dir, json: false }, streams), 0);
  t.match(written.out, 'nfs-a: ok, capturing\n');
  await t.rejects(status({ sharedDir: join(dir, 'none'), json: true }, streams), { code: 'failed' });
});
