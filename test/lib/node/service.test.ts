import t from 'tap';
import { serviceSchema } from '../../../lib/node/service.ts';

const service = {
  name: 'locks',
  sharedDir: '/srv/nfs/locks',
  addresses: ['192.0.2.1'],
  names: ['nfs'],
  exports: ['/srv/nfs'],
  statdDir: null,
  lockManager: 'auto',
  capture: 'watch',
  recordFormat: 'record',
  trigger: 'notify',
  unlockOnStop: false,
};

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
