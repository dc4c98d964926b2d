import t from 'tap';
import { serviceSchema } from '../../../lib/node/service.ts';
import { exampleService } from '../../support/example-service.ts';

const service = exampleService({ names: ['nfs'], exports: ['/srv/nfs'], unlockOnStop: false });

t.test('a service that was written is read back as it was', async (t) => {
  t.same(serviceSchema.parse(JSON.parse(JSON.stringify(service))), service);
});

t.test('what is no service is refused', async (t) => {
  for (const wrong of [
    { name: '../a' },
    { name: '.a' },
    { sharedDir: 'a' },
    { addresses: [] },
    { exports: ['a'] },
    { statdDir: 'a' },
    { lockManager: 'lockd' },
    { unlockOnStop: 'yes' },
    { capture: undefined },
  ]) {
    t.notOk(serviceSchema.safeParse({ ...service, ...wrong }).success, JSON.stringify(wrong));
  }
});
