import t from 'tap';
import {
  expectSurvival,
  NFSLOCK,
  recorded,
  serviceFor,
  setParameter,
  store,
  takeLock,
} from './nfslock-scene.ts';

// Failovers in either format, with each trigger, are in nfslock-triggers.test.ts and its neighbours.
t.test('the node is killed while its lock store goes over to copies', async (t) => {
  const service = await serviceFor(t, {});
  await takeLock(t, service, 'between');
  await recorded(service);
  const text = await service.n1.readFile('/var/lib/nfs/sm/c1');
  await expectSurvival(t, service, 'between', service.n2, async () => {
    await setParameter(service, 'record_format', 'copy');
    await service.n1.powerOff();
  });
  t.equal((await store(service)).format, 'copy', 'the other node needs nobody to finish that');
  t.equal(await service.n2.readFile(`/run/lockferry/services/${NFSLOCK}/statd/sm/c1`), text);
});
