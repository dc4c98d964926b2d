import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { reportOnStore, reportsHere } from '../../../../lib/cli/report/service-report.ts';
import { RuntimeDirectory } from '../../../../lib/node/runtime-directory.ts';
import { fileOf } from '../../store/arbitraries.ts';
import { byHand, leave } from '../by-hand.ts';
import { brokenService, serviceOf } from '../reports.ts';

t.test('a service whose store is not known, or cannot be read', async (t) => {
  const { means, runtime, root } = byHand(t);
  await brokenService(runtime, 'nfs-a');
  await new RuntimeDirectory('nfs-b', runtime).create({
    ...serviceOf('nfs-b'),
    sharedDir: join(root, 'none'),
  });
  t.match(await reportsHere(undefined, means), [
    { service: 'nfs-a', sharedDir: null, recovery: null, problem: /does not describe a service/ },
    { service: 'nfs-b', sharedDir: join(root, 'none'), recovery: null, problem: /ENOENT/ },
  ]);
});

t.test('a store leads to no file but that of a service which is started here', async (t) => {
  const { dir, means, runtime, root } = byHand(t);
  mkdirSync(join(root, 'trap'));
  await new RuntimeDirectory('trap', root).create(serviceOf('trap'));
  mkdirSync(join(root, 'trap', 'events.jsonl'));
  await leave(dir, [fileOf('c1')], { service: '../trap' });
  t.match(await reportOnStore('', dir, means), { problem: null, recovery: { eventLog: 'none' } });
  await leave(join(root, 'other'), [fileOf('c1')], { service: 'here' });
  mkdirSync(join(runtime, 'here', 'events.jsonl'), { recursive: true });
  t.match(await reportOnStore('', join(root, 'other'), means), { recovery: null, problem: /EISDIR/ });
});
