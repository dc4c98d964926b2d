import t from 'tap';
import { bundleLockClient } from '../../scripts/lab/client/bundle.ts';
import { ACCEPT, encodeCall } from '../../scripts/lab/client/rpc-message.ts';
import { XdrWriter } from '../../scripts/lab/client/xdr.ts';
import { EXPORTED } from '../../scripts/lab/ganesha-config.ts';
import { BUNDLE, BUNDLE_FILE, CONTROL, type HostLockClient } from '../../scripts/lab/lock-client.ts';
import { repository } from '../../scripts/lab/repository.ts';
import { eventOf, locked, POLL, recordedAt, records, Scene, server } from './client-honesty-scene.ts';

/** How the lab's lock client deals with its own status monitor, with its callers, and with several clients in one. */

t.jobs = 3;
await bundleLockClient(`${repository()}/${BUNDLE_FILE}`);

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
