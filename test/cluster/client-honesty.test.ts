import t, { type Test } from 'tap';
import { bundleLockClient } from '../../scripts/lab/client/bundle.ts';
import { BUNDLE_FILE } from '../../scripts/lab/lock-client.ts';
import { repository } from '../../scripts/lab/repository.ts';
import { waitUntil } from '../../scripts/lab/wait-until.ts';
import { eventOf, locked, notifiedWith, POLL, records, type Scene, server } from './client-honesty-scene.ts';

/**
 * The lab's lock client loses and keeps its lock as the client of a real machine would: real rpcbind, rpc.statd,
 * sm-notify and NFS-Ganesha, no Lockferry and no cluster. A test that shows a lock kept by Lockferry is worth
 * something only because of these.
 */

t.jobs = 3;
await bundleLockClient(`${repository()}/${BUNDLE_FILE}`);

/** Client 1 has its lock on the adoptive server, and nobody else gets it when grace is over. */
async function kept(t: Test, { c1, c2 }: Scene): Promise<void> {
  await eventOf(c1, 'reclaim-granted');
  t.equal(
    (await c2.lock({ server, wait: 'grace', ...POLL })).status,
    'NLM4_DENIED',
    'client 2 is refused after grace',
  );
  const { believes, lost, locks } = await c1.status();
  t.equal(lost, 0, 'client 1 lost nothing');
  t.strictSame(
    new Set(locks.map(({ reclaims }) => reclaims)),
    new Set([1]),
    `all ${believes} locks were reclaimed`,
  );
}

/** When grace is over the competitor gets the lock, while client 1 still believes in its own. */
async function lost(t: Test, { c1, c2 }: Scene): Promise<void> {
  t.equal((await c2.lock({ server })).status, 'NLM4_DENIED_GRACE_PERIOD', 'client 2 is refused in grace');
  t.equal(
    (await c2.lock({ server, wait: 'grace', ...POLL })).status,
    'NLM4_GRANTED',
    'client 2 gets it after grace',
  );
  t.equal((await c1.status()).believes, 1, 'client 1 still believes');
}

t.test('records conveyed and clients told: the lock is kept', async (t) => {
  const scene = await locked(t);
  const { c1, c2, old, adoptive } = scene;
  await c1.lock({ server, start: 100, length: 2, count: 20 });
  const granted = (await c1.status()).locks.map(({ start }) => start);
  await old.powerOff();
  const waiting = c2.lock({ server });
  await scene.convey();
  await scene.failOver();
  await scene.notify();
  t.equal(
    (await waiting).status,
    'NLM4_DENIED_GRACE_PERIOD',
    'what was asked while no server was there is answered',
  );
  await eventOf(c1, 'reclaim-ended');
  const reclaimed = (await c1.events())
    .filter(({ event }) => event === 'reclaim-granted')
    .map(({ start }) => start);
  t.strictSame(reclaimed, granted, 'all 21, in the order of the grants');
  t.match(await notifiedWith(c1), [5], 'statd was told the next number');
  t.ok((await records(adoptive)).includes('c1'), 'the adoptive server records the client anew');
  await kept(t, scene);
  t.equal((await c1.unlock({ server })).released, 1);
  t.equal((await c2.lock({ server })).status, 'NLM4_GRANTED', 'released, it is free');
});

t.test('nothing conveyed: the lock is lost, and a late word does not bring it back', async (t) => {
  const scene = await locked(t);
  const { c1 } = scene;
  await scene.failOver();
  await lost(t, scene);
  t.strictSame(await notifiedWith(c1), [], 'nobody told client 1');
  t.equal((await c1.status()).lost, 0, 'not even its lockd knows');
  await scene.convey();
  await scene.notify();
  await eventOf(c1, 'reclaim-ended');
  const { believes, locks } = await c1.status();
  t.match(
    locks,
    [{ inLockd: 'lost', lostBecause: 'NLM4_DENIED_GRACE_PERIOD' }],
    'its lockd gives the lock up',
  );
  t.equal(believes, 1, 'but tells nobody');
});

t.test("restored under statd's own sm-notify with the floating address (-n): kept", async (t) => {
  const scene = await locked(t, { useHostnames: true });
  const { adoptive, old, floating } = scene;
  await adoptive.service('stop', 'statd');
  await old.powerOff();
  await scene.takeAddress(adoptive);
  await scene.convey({ into: '/var/lib/nfs' });
  await adoptive.start(['rpc.statd', '-F', '-d', '-n', floating], { log: 'statd.log' });
  await adoptive.service('start', 'ganesha');
  await kept(t, scene);
});

t.test("restored under statd's own sm-notify without it: lost, although it reports success", async (t) => {
  const scene = await locked(t);
  const { adoptive, old, c1 } = scene;
  await adoptive.service('stop', 'statd');
  await old.powerOff();
  await scene.takeAddress(adoptive);
  await scene.convey({ into: '/var/lib/nfs' });
  await adoptive.start(['rpc.statd', '-F', '-d'], { log: 'statd.log' });
  await adoptive.service('start', 'ganesha');
  await lost(t, scene);
  t.strictSame(await notifiedWith(c1), [], 'client 1 was not called');
  t.notOk((await adoptive.output(['ls', '/var/lib/nfs/sm.bak'])).includes('c1'), 'nobody is left to be told');
});

t.test('only a known name and a new number call the client', async (t) => {
  const scene = await locked(t);
  const { c1, c2 } = scene;
  await scene.failOver();
  // Each unheard notification is followed by one that is heard: statd handles them in order.
  await scene.convey({ state: 3 });
  await scene.notify(null);
  await scene.convey({ state: 5 });
  await scene.notify('nfs-vip');
  await eventOf(c1, 'reclaim-granted');
  t.strictSame(await notifiedWith(c1), [7], 'not without -v; but with a name');
  await scene.convey({ state: 5 });
  await scene.notify();
  await scene.convey({ state: 9 });
  await scene.notify();
  await waitUntil('two callbacks', { timeout: 10 }, async () => (await notifiedWith(c1)).length > 1);
  t.strictSame(await notifiedWith(c1), [7, 11], 'not the same number again; but a raised one');
  t.equal((await c2.lock({ server, wait: 'grace', ...POLL })).status, 'NLM4_DENIED');
});

t.test('a client that restarts and says so frees its locks', async (t) => {
  const { c1, c2 } = await locked(t);
  await c1.host.powerOff();
  t.equal((await c2.lock({ server })).status, 'NLM4_DENIED', 'a dead client keeps its lock');
  await c1.host.powerOn();
  await c1.host.output(['sm-notify', '-d', '-f']);
  t.equal((await c2.lock({ server, wait: 'holder', ...POLL })).status, 'NLM4_GRANTED');
});

t.test('a reclaim by one that never held the lock is granted: a server cannot know', async (t) => {
  const scene = await locked(t);
  await scene.failOver();
  t.equal((await scene.c2.lock({ server, reclaim: true })).status, 'NLM4_GRANTED');
});

t.test('an old server that is only cut off blocks its lock until it is killed', async (t) => {
  const scene = await locked(t);
  const { c1, c2, old, adoptive } = scene;
  await old.cutOff();
  await scene.takeAddress(adoptive);
  await adoptive.service('start', 'ganesha');
  await scene.convey();
  await scene.notify();
  await eventOf(c1, 'reclaim-ended');
  const { believes, locks } = await c1.status();
  t.match(locks, [{ inLockd: 'lost', lostBecause: 'NLM4_DENIED' }], 'the reclaim is refused');
  t.equal(believes, 1, 'client 1 still believes');
  t.equal(
    (await c2.lock({ server, wait: 'grace', ...POLL })).status,
    'NLM4_DENIED',
    'others are refused too',
  );
  await old.powerOff();
  t.equal((await c2.lock({ server, wait: 'holder', ...POLL })).status, 'NLM4_GRANTED', 'until it is dead');
});

t.test('over IPv6: kept', async (t) => {
  const scene = await locked(t, { ipv6: true });
  await scene.failOver();
  await scene.convey();
  await scene.notify();
  await kept(t, scene);
  t.match((await scene.c1.status()).servers, [{ address: 'fd77::100' }]);
});
