import t from 'tap';
import { expectSurvival, keeperSays, moveTo, serviceFor, takeLock } from './nfslock-scene.ts';

t.test('nfslock migrates where NFS-Ganesha always runs', async (t) => {
  const service = await serviceFor(t, { ganesha: 'warm', migrates: true });
  const { n1, n2 } = service;
  await takeLock(t, service, 'moved');
  await expectSurvival(t, service, 'moved', n2, async () => {
    const began = Date.now();
    await moveTo(service, n2);
    t.match(await keeperSays(n2, 'adopted', began), { from: 'n1', handedOver: true });
  });
  await expectSurvival(t, service, 'moved', n1, async () => {
    const began = Date.now();
    await moveTo(service, n1);
    t.match(await keeperSays(n1, 'adopted', began), { from: 'n2', handedOver: true });
  });
});
