import t from 'tap';
import type { Host } from '../../scripts/lab/index.ts';
import { expectSurvival, keeperSays, moveTo, serviceFor, takeLock } from './nfslock-scene.ts';

const AGENT = '/usr/lib/ocf/resource.d/lockferry/nfslock';
const GO = '/run/let-it-go';
/** In place of an agent: has an action fail or wait for a file, and hands all the others to the agent. */
const AT = (action: string, what: string) => `#!/bin/sh
[ "$1" != ${action} ] || ${what}
exec ${AGENT}.real "$@"
`;

/** Puts something before an action of the agent on a node. @returns what takes it away again */
async function before(node: Host, action: string, what: string): Promise<() => Promise<unknown>> {
  await node.output(['cp', '-p', AGENT, `${AGENT}.real`]);
  await node.writeFile(`${AGENT}.new`, AT(action, what), 0o755);
  await node.output(['mv', `${AGENT}.new`, AGENT]);
  return () => node.output(['mv', `${AGENT}.real`, AGENT]);
}

t.test('a migration that fails loses nobody', async (t) => {
  const service = await serviceFor(t, { ganesha: 'warm', migrates: true });
  const { cluster, n1, n2 } = service;
  // Pacemaker 2.1.5 sometimes takes the service for one on its way then, and restarts it in place.
  const forget = async () => {
    await cluster.resource('locks', ['--cleanup']);
    await cluster.settle();
  };
  const failed = async () => (await cluster.status())?.failures.map(({ operation }) => operation) ?? [];

  await t.test('migrate_to fails: the service is stopped here and started there', async (t) => {
    await takeLock(t, service, 'to');
    const heal = await before(n1, 'migrate_to', 'exit 1');
    await expectSurvival(t, service, 'to', n2, async () => {
      const began = Date.now();
      await moveTo(service, n2);
      t.match(await keeperSays(n2, 'adopted', began), { from: 'n1', handedOver: false });
    });
    t.same(await failed(), ['locks_migrate_to_0']);
    await heal();
    await forget();
  });

  await t.test('migrate_to fails after it handed over', async (t) => {
    await takeLock(t, service, 'handed');
    const heal = await before(n2, 'migrate_to', `{ ${AGENT}.real migrate_to; exit 1; }`);
    await expectSurvival(t, service, 'handed', n1, async () => {
      const began = Date.now();
      await moveTo(service, n1);
      await keeperSays(n1, 'adopted', began);
    });
    t.same(await failed(), ['locks_migrate_to_0']);
    await heal();
    await forget();
  });

  await t.test('migrate_from fails after it took over: the service is started again', async (t) => {
    await takeLock(t, service, 'from');
    const heal = await before(n2, 'migrate_from', `{ ${AGENT}.real migrate_from; exit 1; }`);
    await expectSurvival(t, service, 'from', n2, () => moveTo(service, n2));
    t.same(await failed(), ['locks_migrate_from_0']);
    await heal();
    await forget();
  });

  await t.test('migrate_from fails before it took over, and so does every start there', async (t) => {
    await takeLock(t, service, 'back');
    const heal = await before(n1, 'migrate_from', 'exit 1');
    await n1.output(['mv', '/usr/share/lockferry/nfslock.cjs', '/usr/share/lockferry/away']);
    await expectSurvival(t, service, 'back', n2, async () => {
      await cluster.crm(['resource', 'move', 'nfs', 'n1']);
      await cluster.waitFor('the start on n1 to fail', ({ failures }) =>
        failures.some(({ operation, node }) => operation === 'locks_start_0' && node === 'n1'),
      );
      await cluster.resource('nfs', ['--clear']);
    });
    await n1.output(['mv', '/usr/share/lockferry/away', '/usr/share/lockferry/nfslock.cjs']);
    await heal();
    await forget();
  });

  await t.test('the node that hands over dies before the other has taken over', async (t) => {
    await takeLock(t, service, 'dies');
    await before(n1, 'migrate_from', `while [ ! -e ${GO} ]; do sleep 0.05; done`);
    await expectSurvival(t, service, 'dies', n1, async () => {
      const began = Date.now();
      await cluster.crm(['resource', 'move', 'nfs', 'n1']);
      await keeperSays(n2, 'handed-over', began);
      await n2.powerOff();
      await n1.writeFile(GO, '');
    });
  });
});
