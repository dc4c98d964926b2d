import t from 'tap';
import { openUdp } from '../../../lib/rpc/udp-socket.ts';

t.test('a privileged port of the address, large buffers', async (t) => {
  const socket = await openUdp('127.0.9.1', 'privileged');
  t.teardown(() => socket.close());
  t.equal(socket.address().address, '127.0.9.1');
  t.ok(socket.address().port >= 512 && socket.address().port < 1024);
  t.ok(socket.getRecvBufferSize() >= 212992);
});

t.test('IPv6 too, and messages arrive', async (t) => {
  const [one, two] = [await openUdp('::1', 'privileged'), await openUdp('::1', 0)];
  t.teardown(() => one.close());
  t.teardown(() => two.close());
  const message = new Promise<string>((resolve) => two.once('message', (bytes) => resolve(String(bytes))));
  one.send('hello', two.address().port, '::1');
  t.equal(await message, 'hello');
});

t.test('a port that is given can be shared by sockets of this kind', async (t) => {
  const one = await openUdp('127.0.9.1', 700);
  t.teardown(() => one.close());
  const two = await openUdp('127.0.9.1', 700);
  t.teardown(() => two.close());
  t.equal(two.address().port, 700);
});

t.test('a port that somebody else has is named', async (t) => {
  const other = await openUdp('127.0.9.2', 'privileged');
  t.teardown(() => other.close());
  const { port } = other.address();
  await t.rejects(openUdp('127.0.9.2', port), {
    code: 'failed',
    message: `cannot use port ${port} of 127.0.9.2`,
  });
});

t.test('an address that this node does not have is named', async (t) => {
  await t.rejects(openUdp('192.0.2.77', 701), {
    code: 'failed',
    facts: { subject: '192.0.2.77 port 701', cause: { code: 'EADDRNOTAVAIL' } },
  });
});
