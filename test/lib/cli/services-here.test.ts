import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { servicesHere } from '../../../lib/cli/services-here.ts';
import { RuntimeDirectory } from '../../../lib/node/runtime-directory.ts';
import { brokenService, serviceOf } from './reports.ts';

t.test('those that are started, and what is wrong with one', async (t) => {
  const runtime = t.testdir({});
  mkdirSync(join(runtime, 'not-started'));
  await new RuntimeDirectory('nfs-a', runtime).create(serviceOf('nfs-a'));
  await brokenService(runtime, 'nfs-b');
  const [a, b, ...others] = await servicesHere(undefined, runtime);
  t.same(a, { service: 'nfs-a', sharedDir: '/srv/nfs-a', problem: null });
  t.match(b, { service: 'nfs-b', sharedDir: null, problem: /does not describe a service/ });
  t.same(others, []);
  t.same(await servicesHere('nfs-a', runtime), [a]);
  await t.rejects(servicesHere('\x1b', runtime), { message: 'no service \\x1b is started on this node' });
});
