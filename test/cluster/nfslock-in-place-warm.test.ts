import { execaSync } from 'execa';
import t, { type Test } from 'tap';
import { type Host, type NfsService, waitUntil } from '../../scripts/lab/index.ts';
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

/** Waits until the node attributes for clients, lag and last recovery are as wanted; '' where there is none. */
async function shown(
  { cluster }: NfsService,
  { name: node }: Host,
  wanted: (values: [string, string, string]) => boolean,
) {
  const explain = () => cluster.picture();
  await waitUntil('crm_mon shows it', { timeout: 60, interval: 0.5, explain }, async () => {
    // What crm_mon -A says of each node: "* lockferry-locks-lag   : 0".
    const [, text = ''] = (await cluster.picture()).split(`* Node: ${node}`);
    const [here = ''] = text.split('* Node:');
    const value = (what: string) =>
      new RegExp(`lockferry-${NFSLOCK}-${what}\\s*:[ \\t]*(\\S(?:.*\\S)?)`).exec(here)?.[1] ?? '';
    return wanted([value('clients'), value('lag'), value('recovery')]);
  });
}

/** What `lockferry status --prometheus` writes is what promtool takes, and says so. */
async function expectMetrics(t: Test, node: Host, line: string): Promise<void> {
  const argv = [process.execPath, '/lab/dist/lockferry.cjs', 'status', '--prometheus', '-'];
  const text = await node.output(argv);
  t.match(text, `\n${line}\n`);
  const { exitCode, stderr } = execaSync('promtool', ['check', 'metrics'], { input: text, reject: false });
  t.same({ exitCode, stderr }, { exitCode: 0, stderr: '' }, 'promtool has nothing to say');
}

t.test('what happens on one node, where NFS-Ganesha always runs', async (t) => {
  const service = await serviceFor(t, { ganesha: 'warm' });
  const { cluster, n1 } = service;

  // First: the restarts below leave nfslock a target-role of its own, which the group's does not override.
  await t.test('the group is stopped and started: its locks are released, clients are told', async (t) => {
    await takeLock(t, service, 'group');
    await shown(service, n1, ([clients, lag, recovery]) => `${clients} ${lag} ${recovery}` === '1 0 none');
    await expectMetrics(t, n1, 'lockferry_clients{service="locks",phase="recorded"} 1');
    await expectSurvival(t, service, 'group', n1, async () => {
      await cluster.crm(['resource', 'stop', 'nfs']);
      await cluster.settle();
      // What is written down between a stop and a start has the cluster think anew, so they are withdrawn later.
      await shown(service, n1, ([clients, lag]) => `${clients} ${lag}` === '1 0');
      await shown(service, n1, (values) => values.every((value) => value === ''));
      await cluster.crm(['resource', 'start', 'nfs']);
    });
  });

  await t.test('crm_mon and Prometheus are told how the recovery went', async (t) => {
    await shown(service, n1, ([, , recovery]) => /^20.*Z: 1 of 1 back, 0 missed$/.test(recovery));
    await expectMetrics(t, n1, 'lockferry_last_recovery_clients{service="locks",outcome="back"} 1');
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
