import t from 'tap';
import { expectSurvival, NFSLOCK, serviceFor, takeLock } from './nfslock-scene.ts';

t.test('what happens on one node, where NFS-Ganesha is a member of the group', async (t) => {
  const service = await serviceFor(t, { ganesha: 'resource' });
  const { cluster, n1 } = service;

  await t.test('NFS-Ganesha is killed: Pacemaker restarts it, clients are told in place', async (t) => {
    await takeLock(t, service, 'killed');
    await expectSurvival(t, service, 'killed', n1, () => n1.output(['pkill', '-KILL', '-x', 'ganesha.nfsd']));
  });

  await t.test('crm resource restart of NFS-Ganesha: clients are told in place', async (t) => {
    await takeLock(t, service, 'restarted');
    await expectSurvival(t, service, 'restarted', n1, () =>
      cluster.crm(['resource', 'restart', 'ganesha'], { timeout: 60 }),
    );
  });

  await t.test('crm resource restart of nfslock restarts NFS-Ganesha, too: clients are told', async (t) => {
    await takeLock(t, service, 'restart');
    await expectSurvival(t, service, 'restart', n1, () =>
      cluster.crm(['resource', 'restart', NFSLOCK], { timeout: 60 }),
    );
  });
});
