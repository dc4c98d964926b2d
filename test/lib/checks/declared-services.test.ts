import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { declaredServices } from '../../../lib/checks/declared-services.ts';
import { RuntimeDirectory } from '../../../lib/node/runtime-directory.ts';
import { exampleService } from '../../support/example-service.ts';
import { exampleCib, NFSLOCK, primitive } from './example-node.ts';

t.test('those that are started here, then those of the cluster', async (t) => {
  const runtime = t.testdir();
  await new RuntimeDirectory('nfs-a', runtime).create(exampleService({ names: ['here'] }));
  mkdirSync(join(runtime, 'broken'));
  writeFileSync(join(runtime, 'broken/service.json'), '{}');
  const full = {
    shared_dir: '/srv/b',
    ip: '192.0.2.2, 192.0.2.3',
    names: 'b',
    lock_manager: 'ganesha',
    statd_dir: '/srv/s',
  };
  const cib = exampleCib(
    NFSLOCK + primitive('nfs-b', 'ocf:lockferry:nfslock', full) + primitive('nfs-c', 'ocf:lockferry:nfslock'),
  );
  t.match(await declaredServices(cib, runtime), [
    { name: 'nfs-a', names: ['here'], startedHere: true },
    {
      ...{
        name: 'nfs-b',
        sharedDir: '/srv/b',
        addresses: ['192.0.2.2', '192.0.2.3'],
        names: ['b'],
        exports: [],
      },
      ...{ statdDir: '/srv/s', lockManager: 'ganesha', trigger: 'auto', startedHere: false },
    },
    { name: 'nfs-c', sharedDir: '/', addresses: [], statdDir: null, lockManager: 'auto', startedHere: false },
  ]);
  t.match(await declaredServices(null, runtime), [{ name: 'nfs-a' }]);
});
