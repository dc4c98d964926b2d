import t, { type Test } from 'tap';
import { type Host, type NfsService, waitUntil } from '../../scripts/lab/index.ts';
import { keeperSays, serviceFor } from './nfslock-scene.ts';
import {
  change,
  expectAllBack,
  inCapitals,
  OWN,
  type Served,
  SM_FILE,
  serveBeside,
  takeLocks,
} from './services-scene.ts';
import { ganeshaStarts, RESTART, restartable } from './two-services-scene.ts';

/** Kills the keeper that restarts NFS-Ganesha, when it is down. */
const DYING = `[ "$1" != stop ] || [ ! -e /run/die ] || { rm /run/die; kill -KILL "$(cat /run/lockferry/services/locks/keeper.pid)"; }`;

async function failOver(
  t: Test,
  service: NfsService,
  { name, unprotected, from, to }: { name: string; unprotected: Served; from: Host; to: Host },
): Promise<void> {
  const { c1, c2 } = service;
  const kept = [{ client: c1, at: OWN, file: name }];
  const lost = [{ client: c1, at: unprotected, file: `unprotected-${name}` }];
  // The lock manager that takes over has been up for long.
  await c2.lock({ server: to.name, file: 'warm', wait: 'grace', retryMs: 200 }, 60);
  await c2.unlock({ server: to.name, file: 'warm' });
  await takeLocks(t, service, [...kept, ...lost]);
  const { capitals } = await inCapitals(service, from, [{ at: OWN, format: 'copy' }]);
  const starts = await ganeshaStarts(to);
  await expectAllBack(t, service, { kept, lost }, to, async () => {
    await from.powerOff();
    await waitUntil("statd's own lines are in sm/", { timeout: 40, interval: 0.01 }, async () =>
      (await to.readFile(SM_FILE).catch(() => '')).includes(capitals),
    );
  });
  t.equal(await ganeshaStarts(to), starts + 1, 'NFS-Ganesha was restarted once');
  await c2.unlock({ server: unprotected.server, file: `unprotected-${name}` });
}

t.test('triggers that restart the lock manager, with copies in the lock store', async (t) => {
  const parameters = { trigger: 'lockd-restart', record_format: 'copy', ...RESTART };
  const service = await serviceFor(t, { ganesha: 'warm', grace: 12, parameters });
  const { cluster, n1, n2 } = service;
  await restartable([n1, n2], DYING);
  const unprotected = await serveBeside(service, 'd', n1, null);

  await t.test('lockd-restart', (t) =>
    failOver(t, service, { name: 'lockd', unprotected, from: n1, to: n2 }),
  );
  await t.test('nfs-restart; its keeper dies in the middle, and the next one goes on', async (t) => {
    await n1.powerOn();
    await cluster.waitForNodes([n1, n2]);
    await change(service, OWN, { trigger: 'nfs-restart' });
    await n1.writeFile('/run/die', '');
    await failOver(t, service, { name: 'nfs', unprotected, from: n2, to: n1 });
    t.equal((await n1.run(['ls', '/run/die'])).code, 2, 'it did die');
    await keeperSays(n1, 'restart-finished');
  });
});
