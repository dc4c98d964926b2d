import t from 'tap';
import { expectLoss, moveTo, serviceFor, takeLock } from './nfslock-scene.ts';

t.test('without Lockferry, where NFS-Ganesha is a member of the group, the lock is lost', async (t) => {
  const service = await serviceFor(t, { lockferry: false });
  const { cluster, n1, n2 } = service;

  await t.test('by a restart of NFS-Ganesha', async (t) => {
    await takeLock(t, service, 'ganesha');
    await expectLoss(t, service, 'ganesha', n1, async () => {
      await n1.output(['pkill', '-KILL', '-x', 'ganesha.nfsd']);
      await n1.service('start', 'ganesha');
    });
  });

  await t.test('by a standby, and by the way back', async (t) => {
    await takeLock(t, service, 'standby');
    await expectLoss(t, service, 'standby', n2, () => cluster.crm(['node', 'standby', 'n1']));
    await takeLock(t, service, 'online');
    await cluster.crm(['node', 'online', 'n1']);
    await expectLoss(t, service, 'online', n1, () => moveTo(service, n1));
  });

  await t.test('by a move', async (t) => {
    await takeLock(t, service, 'move');
    await expectLoss(t, service, 'move', n2, () => moveTo(service, n2));
  });

  await t.test('by the death of the node', async (t) => {
    await takeLock(t, service, 'kill');
    await expectLoss(t, service, 'kill', n1, () => n2.powerOff());
  });
});

t.test('without Lockferry, where NFS-Ganesha always runs, the lock is lost when the node dies', async (t) => {
  const service = await serviceFor(t, { lockferry: false, ganesha: 'warm' });
  await takeLock(t, service, 'kill');
  await expectLoss(t, service, 'kill', service.n2, () => service.n1.powerOff());
});
