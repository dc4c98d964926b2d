import t from 'tap';
import { waitUntil } from '../../scripts/lab/index.ts';
import {
  expectNobodyTold,
  expectSurvival,
  keeperPid,
  keeperSays,
  NFSLOCK,
  serviceFor,
  store,
  takeLock,
} from './nfslock-scene.ts';

t.test('what happens on one node, where NFS-Ganesha always runs', async (t) => {
  const service = await serviceFor(t, { ganesha: 'warm' });
  const { cluster, n1 } = service;

  // First: the restarts below leave nfslock a target-role of its own, which the group's does not override.
  await t.test('the group is stopped and started: its locks are released, clients are told', async (t) => {
    await takeLock(t, service, 'group');
    await expectSurvival(t, service, 'group', n1, async () => {
      await cluster.crm(['resource', 'stop', 'nfs']);
      await cluster.settle();
      await cluster.crm(['resource', 'start', 'nfs']);
    });
  });

  const restarts = {
    crm: () => cluster.crm(['resource', 'restart', NFSLOCK], { timeout: 60 }),
    pcs: () => cluster.pcs(['resource', 'restart', NFSLOCK], { timeout: 60 }),
  };
  for (const [tool, restart] of Object.entries(restarts)) {
    await t.test(`${tool} resource restart of nfslock: nobody is told, the store is unchanged`, async (t) => {
      await takeLock(t, service, tool);
      await expectNobodyTold(t, service, tool, async () => {
        const former = await keeperPid(n1);
        await restart();
        t.match(await keeperSays(n1, 'adopted'), { inPlace: true }, 'it was adopted in place');
        t.not(await keeperPid(n1), former, 'by another keeper');
      });
    });
  }

  await t.test('the keeper is killed: monitor restarts it, nobody is told', async (t) => {
    await takeLock(t, service, 'keeper');
    await expectNobodyTold(t, service, 'keeper', async () => {
      const former = await keeperPid(n1);
      const killed = Date.now();
      await n1.output(['kill', '-KILL', String(former)]);
      t.match(await keeperSays(n1, 'adopted', killed), { inPlace: true }, 'it was adopted in place');
      t.not(await keeperPid(n1), former, 'by another keeper');
    });
  });

  await t.test('rpc.statd is restarted: nobody is told, lock and records are kept', async (t) => {
    await takeLock(t, service, 'statd');
    await expectNobodyTold(t, service, 'statd', async () => {
      const former = (await store(service)).holder.statd;
      await n1.service('restart', 'statd');
      await waitUntil('the keeper has noted the new statd', { timeout: 10 }, async () => {
        const { statd } = (await store(service)).holder;
        return statd !== null && statd !== former;
      });
    });
  });

  await t.test('NFS-Ganesha is killed and started behind our back: clients are told in place', async (t) => {
    await takeLock(t, service, 'ganesha');
    await expectSurvival(t, service, 'ganesha', n1, async () => {
      await n1.output(['pkill', '-KILL', '-x', 'ganesha.nfsd']);
      await n1.service('start', 'ganesha');
    });
  });
});
