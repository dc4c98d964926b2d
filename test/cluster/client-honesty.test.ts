import t, { type Test } from 'tap';
import { bundleLockClient } from '../../scripts/lab/client/bundle.ts';
import { ACCEPT, encodeCall } from '../../scripts/lab/client/rpc-message.ts';
import { XdrWriter } from '../../scripts/lab/client/xdr.ts';
import { EXPORTED } from '../../scripts/lab/ganesha-config.ts';
import { BUNDLE, CONTROL, type HostLockClient } from '../../scripts/lab/lock-client.ts';
import { repository } from '../../scripts/lab/repository.ts';
import { waitUntil } from '../../scripts/lab/wait-until.ts';
import { eventOf, notifiedWith, POLL, recordedAt, records, Scene } from './client-honesty-scene.ts';

/**
 * The lab's lock client loses and keeps its lock as the client of a real machine would: real rpcbind, rpc.statd,
 * sm-notify and NFS-Ganesha, no Lockferry and no cluster. A test that shows a lock kept by Lockferry is worth
 * something only because of these.
 */

t.jobs = 4;
await bundleLockClient(`${repository()}/dist/lock-client.cjs`);
const server = 'nfs-vip';

/** Runs the program as a person would, on the client's host. */
async function byHand({ host }: HostLockClient, ...argv: string[]) {
  const target = ['--server', server, '--directory', EXPORTED, '--file', 'f'];
  const call = [process.execPath, BUNDLE, 'call', '--control', CONTROL, ...argv, ...target];
  const { code, stdout } = await host.run(call);
  return { code, answer: JSON.parse(stdout) };
}

/** Does what the client's statd does when a server restarted, and returns the accept_stat of the answer. */
async function callBack(client: HostLockClient, port: number, cookie: Buffer, state: number) {
  const [ready] = (await client.events()) as unknown as [{ ports: { udp: number } }];
  const { udp } = ready.ports;
  const reboot = new XdrWriter().string(server).u32(state).fixed(cookie);
  const call = encodeCall(1, { program: 100021, version: 3, procedure: 16 }, null, reboot.bytes());
  const program = `
    const socket = require('dgram').createSocket('udp4');
    socket.once('message', (reply) => { console.log(reply.readUInt32BE(20)); socket.close(); });
    socket.bind(${port}, () => socket.send(Buffer.from('${call.toString('hex')}', 'hex'), ${udp}, '127.0.0.1'));`;
  return Number(await client.host.output([process.execPath, '-e', program]));
}

/** A scene in which client 1 holds the lock and client 2 was refused it. */
async function locked(t: Test, options: Parameters<typeof Scene.create>[0] = {}): Promise<Scene> {
  const scene = await Scene.create(options);
  t.teardown(() => scene.destroy());
  t.equal((await scene.c1.lock({ server })).status, 'NLM4_GRANTED', 'client 1 gets the lock');
  t.equal((await scene.c2.lock({ server })).status, 'NLM4_DENIED', 'client 2 is refused');
  return scene;
}

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

t.test('a lock is recorded by both status monitors before it is granted', async (t) => {
  const { c1, old, floating } = await locked(t);
  const [lock] = (await c1.status()).locks;
  t.ok((await recordedAt(old, 'c1')) <= (lock?.grantedAt ?? 0), 'the server recorded the client');
  t.ok((await recordedAt(c1.host, 'nfs-vip')) <= (lock?.grantedAt ?? 0), 'the client recorded the server');
  const record = (await c1.host.readFile('/var/lib/nfs/sm/nfs-vip')).split(' ');
  const [known] = (await c1.status()).servers;
  const kernel = ['0100007f', '000186b5', '00000003', '00000010', known?.cookie, floating, 'c1\n'];
  t.strictSame(record, kernel, 'with the numbers of the kernel, and a cookie of its own');
});

t.test('the program answers in JSON, and with its exit code', async (t) => {
  const scene = await Scene.create();
  t.teardown(() => scene.destroy());
  const { c1, c2 } = scene;
  t.match(await byHand(c1, 'lock'), { code: 0, answer: { status: 'NLM4_GRANTED' } });
  t.match(await byHand(c2, 'lock', '--shared'), { code: 1, answer: { status: 'NLM4_DENIED' } });
  t.match(await byHand(c2, 'test'), { code: 0, answer: { holder: { owner: '1@c1', start: 0, length: 1 } } });
  t.match(await byHand(c1, 'status'), { code: 0, answer: { believes: 1, lost: 0 } });
});

t.test('one host can stand for many clients', async (t) => {
  const scene = await Scene.create();
  t.teardown(() => scene.destroy());
  const { c1, c2, old, adoptive } = scene;
  await c1.host.output(['ip', 'route', 'add', 'local', '10.78.0.0/24', 'dev', 'lo']);
  for (const node of [old, adoptive]) {
    await node.output(['ip', 'route', 'add', '10.78.0.0/24', 'via', c1.host.address]);
  }
  const callers = Array.from({ length: 30 }, (_, i) => `10.78.0.${i + 1}`);
  t.equal((await c1.lock({ server, callers, count: 2 })).counts.NLM4_GRANTED, 60);
  t.strictSame(await records(old), [...callers].sort(), 'the server records each');
  await scene.failOver();
  await scene.convey();
  await scene.notify();
  await eventOf(c1, 'reclaim-ended');
  t.strictSame(await records(adoptive), [...callers].sort(), 'each reclaims');
  t.equal((await c1.status()).lost, 0);
  const all = { server, length: 60 };
  t.equal((await c2.lock({ ...all, wait: 'grace', ...POLL })).status, 'NLM4_DENIED', 'nobody else gets any');
});

t.test('without a status monitor there is no lock', async (t) => {
  const scene = await Scene.create();
  t.teardown(() => scene.destroy());
  const { c1, c2, old } = scene;
  await c1.host.service('stop', 'statd');
  t.equal((await c1.lock({ server })).status, 'ENOLCK', "the client's own statd is gone");
  t.equal((await c2.test({ server })).status, 'NLM4_GRANTED', 'nothing was asked of the server');
  await c1.host.service('start', 'statd');
  t.equal((await c1.lock({ server })).status, 'NLM4_GRANTED', 'and is back');
  await old.service('stop', 'statd');
  t.equal((await c2.lock({ server, start: 5 })).status, 'NLM4_DENIED_NOLOCKS', "the server's statd is gone");
});

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

t.test('only statd, a known cookie and a new number make the client act', async (t) => {
  const { c1 } = await locked(t);
  const cookie = Buffer.from((await c1.status()).servers[0]?.cookie ?? '', 'hex');
  t.equal(await callBack(c1, 0, cookie, 99), ACCEPT.systemError, 'not from an unprivileged port');
  t.equal(await callBack(c1, 900, Buffer.alloc(16, 1), 99), ACCEPT.success, 'an unknown cookie is nobody');
  t.match((await c1.status()).servers, [{ state: 0, recovering: false }], 'nothing is reclaimed');
  t.equal(await callBack(c1, 900, cookie, 99), ACCEPT.success);
  await eventOf(c1, 'reclaim-ended');
  t.equal(await callBack(c1, 900, cookie, 99), ACCEPT.success);
  const calls = (await c1.events()).filter(({ event }) => event.startsWith('sm-notify'));
  const expected = [
    { event: 'sm-notify-forged', address: '127.0.0.1' },
    { event: 'sm-notify', known: false, acted: false },
    { event: 'sm-notify', known: true, acted: true },
    { event: 'sm-notify', known: true, acted: false },
  ];
  t.match(calls, expected);
  t.match(await c1.status(), { believes: 1, lost: 1 }, 'outside grace even a true word costs the lock');
});

t.test('over IPv6: kept', async (t) => {
  const scene = await locked(t, { ipv6: true });
  await scene.failOver();
  await scene.convey();
  await scene.notify();
  await kept(t, scene);
  t.match((await scene.c1.status()).servers, [{ address: 'fd77::100' }]);
});
