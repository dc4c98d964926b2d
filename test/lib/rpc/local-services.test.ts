import t from 'tap';
import { answersHere, callHere, isRegistered, NFS3, NLM4, registeredHere } from '../../../lib/rpc/index.ts';
import { ClientHost } from '../../support/client-host.ts';

const statd = { program: 100024, version: 1 };

t.test('what is registered here', async (t) => {
  const host = await ClientHost.start({ address: '127.0.0.1', rpcbindPort: 10211, statd: ['udp', 'tcp'] });
  t.teardown(() => host.stop());
  const list = await registeredHere({ rpcbindPort: 10211, timeout: 2000 });
  t.equal(list.length, 2);
  t.ok(isRegistered(list, statd));
  t.notOk(isRegistered(list, { ...statd, version: 2 }));
  t.notOk(isRegistered(list, NFS3));
  t.notOk(isRegistered(list, NLM4));
});

t.test('a program that is registered is called, on either transport', async (t) => {
  const host = await ClientHost.start({ address: '127.0.0.1', rpcbindPort: 10212, statd: ['udp', 'tcp'] });
  t.teardown(() => host.stop());
  const here = { rpcbindPort: 10212, timeout: 2000 };
  t.equal(await answersHere(statd, 'udp', here), true);
  t.equal(await answersHere(statd, 'tcp', here), true);
  host.statd = ['udp'];
  t.equal(await answersHere(statd, 'tcp', here), false, 'not registered');
});

t.test('a program that is registered and silent', async (t) => {
  const answer = (reply: Buffer, about: string): Buffer[] => (about === 'null' ? [] : [reply]);
  const host = await ClientHost.start({ address: '::1', rpcbindPort: 10213, answer });
  t.teardown(() => host.stop());
  const here = { address: '::1', rpcbindPort: 10213, timeout: 300 };
  await t.rejects(answersHere(statd, 'udp', here), { code: 'timed-out' });
});

t.test('no rpcbind', async (t) => {
  await t.rejects(registeredHere({ rpcbindPort: 10214, timeout: 2000 }), { code: 'failed' });
  await t.rejects(registeredHere({ address: '127.0.9.9', timeout: 2000 }), { code: 'failed' });
});

t.test('procedures of a program on this node are called over one connection', async (t) => {
  const host = await ClientHost.start({ address: '127.0.0.1', rpcbindPort: 10215, statd: ['tcp'] });
  t.teardown(() => host.stop());
  const here = { rpcbindPort: 10215, timeout: 2000 };
  const call = { ...statd, procedure: 0, args: Buffer.alloc(0) };
  t.same(await callHere([], here), []);
  t.equal(host.asked, 0);
  t.same(await callHere([call, call], here), [Buffer.alloc(0), Buffer.alloc(0)]);
  host.statd = [];
  await t.rejects(callHere([call], here), { code: 'failed', message: /100024 is not registered/ });
});
