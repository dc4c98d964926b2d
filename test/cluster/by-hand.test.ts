import t from 'tap';
import { bundleLockClient } from '../../scripts/lab/client/bundle.ts';
import type { Host } from '../../scripts/lab/host.ts';
import { BUNDLE_FILE } from '../../scripts/lab/lock-client.ts';
import { repository } from '../../scripts/lab/repository.ts';
import { eventOf, locked, POLL, server } from './client-honesty-scene.ts';

/**
 * A cluster made by hand, without Pacemaker: the installed command carries the locks. Real rpc.statd, NFS-Ganesha and
 * clients; a store on storage that both servers see.
 */
const STORE = ['--shared-dir', '/srv/shared/lockferry'];
/** Longer than what the command needs to start on a busy machine. */
const GRACE = 12;

await bundleLockClient(`${repository()}/${BUNDLE_FILE}`);

async function lockferry(host: Host, command: string, ...options: string[]) {
  const argv = [process.execPath, '/lab/dist/lockferry.cjs', command, ...STORE, '--json', ...options];
  const { code, stdout, stderr } = await host.run(argv);
  return { code, said: stdout === '' ? null : JSON.parse(stdout), stderr };
}

t.test('snapshot on the primary, notify on the adoptive server: the lock is kept', async (t) => {
  const scene = await locked(t, { grace: GRACE });
  const { c1, c2, old, adoptive, floating } = scene;
  const notify = () => lockferry(adoptive, 'notify', '--ip', floating, '--names', server);
  t.match(await lockferry(old, 'snapshot', '--service', 'by-hand'), {
    code: 0,
    said: { service: 'by-hand', epoch: 1, clients: 1, captured: ['c1'] },
  });
  await scene.failOver();
  t.match(await lockferry(adoptive, 'snapshot'), { code: 1, stderr: /the lock store is that of srv1/ });
  const told = await notify();
  t.match(told, {
    code: 0,
    said: {
      end: 'complete',
      names: [floating, server],
      clients: [{ client: 'c1', told: true, phase: 'told' }],
    },
  });
  await eventOf(c1, 'reclaim-granted');
  t.match(await lockferry(adoptive, 'snapshot'), {
    code: 0,
    said: { captured: ['c1'], back: ['c1'], missed: [], waiting: 0, clients: 1 },
  });
  const { status } = await c2.lock({ server, wait: 'grace', ...POLL });
  t.equal(status, 'NLM4_DENIED', 'client 2 is refused after grace');
  t.match(await c1.status(), { believes: 1, lost: 0, locks: [{ reclaims: 1 }] });
  t.match(await lockferry(adoptive, 'clients'), {
    code: 0,
    said: { services: [{ service: 'by-hand', clients: [{ client: 'c1', phase: 'back' }] }] },
  });
});

t.test('without notify it is lost, and after grace nobody is told', async (t) => {
  const scene = await locked(t);
  const { c1, c2, old, adoptive, floating } = scene;
  t.match(await lockferry(old, 'snapshot', '--service', 'by-hand'), { code: 0 });
  await scene.failOver();
  const { status } = await c2.lock({ server, wait: 'grace', ...POLL });
  t.equal(status, 'NLM4_GRANTED', 'client 2 gets what client 1 believes to have');
  t.equal((await c1.status()).believes, 1);
  t.match(await lockferry(adoptive, 'notify', '--ip', floating), {
    code: 1,
    said: null,
    stderr: /grace is not on/,
  });
  t.same(
    (await c1.events()).filter(({ event }) => event === 'sm-notify'),
    [],
  );
});
