import { setTimeout as pause } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { type NfsService, SERVER, waitUntil } from '../../scripts/lab/index.ts';
import { failoversAndFailbacks } from './nfslock-failovers.ts';
import {
  keeperEvents,
  keeperSays,
  moveTo,
  notifications,
  serviceFor,
  store,
  takeLock,
} from './nfslock-scene.ts';

/**
 * Client 1 hears nothing while the service is on n2, and client 2 gets its lock there. On n1 lies the file that statd
 * wrote for client 1 before: for that it must not be told when the service is back.
 */
async function missedOnTheOtherNode(t: Test, service: NfsService): Promise<void> {
  const { cluster, n1, n2, c1, c2 } = service;
  const file = 'missed';
  await takeLock(t, service, file);
  await c1.host.cutOff();
  const left = Date.now();
  await moveTo(service, n2);
  await keeperSays(n2, 'recovery-ended', left);
  t.equal((await store(service)).ledger.get('c1')?.phase, 'missed', 'c1 has missed it');
  const granted = await c2.lock({ server: SERVER, file, wait: 'grace', retryMs: 200 }, 60);
  t.equal(granted.status, 'NLM4_GRANTED', 'c2 has the lock');
  await waitUntil('c2 is in the lock store', { timeout: 20 }, async () =>
    (await store(service)).current.has('c2'),
  );
  await c1.host.reconnect();
  const told = await notifications(service);
  t.match(await n1.readFile('/var/lib/nfs/sm/c1'), / c1 n1\n/, "c1's file lies on n1 still");

  const back = Date.now();
  await moveTo(service, n1);
  const explain = async () => JSON.stringify({ events: await keeperEvents(n1), client: await c2.status() });
  await waitUntil('c2 has reclaimed the lock', { timeout: 40, explain }, async () =>
    (await c2.status()).locks.some((lock) => lock.file === file && (lock.reclaimedAt ?? 0) >= back),
  );
  const recovered = await keeperSays(n1, 'recovery-ended', back);
  t.match(recovered, { clients: 1, missed: 0 }, 'nobody else was to be told');
  // What was sent at the last moment must have arrived.
  await pause(1000);
  t.strictSame(await notifications(service), told, 'c1 was told nothing');
  t.equal((await c2.status()).lost, 0, 'c2 has lost nothing');
  t.notOk((await store(service)).current.has('c1'), 'and the next owner will not tell it either');
  t.strictSame((await cluster.status())?.failures, [], 'Pacemaker has seen no failure');
}

t.test('failovers and failbacks where NFS-Ganesha is a member of the group', async (t) => {
  const service = await serviceFor(t, { ganesha: 'resource' });
  await failoversAndFailbacks(t, service, 1);
  await t.test('a client that missed a failover is not told at the failback', (t) =>
    missedOnTheOtherNode(t, service),
  );
});
