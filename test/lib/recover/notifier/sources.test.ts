import { createSocket } from 'node:dgram';
import t from 'tap';
import { Sources } from '../../../../lib/recover/notifier/sources.ts';

t.test('a name goes from its own address first, then from the others of the family in turn', async (t) => {
  const announcements = [
    { name: 'a', source: '127.0.8.1' },
    { name: 'b', source: '127.0.8.2' },
    { name: 'c', source: '::1' },
    { name: 'd', source: '127.0.8.1' },
  ];
  const sources = await Sources.open(announcements, 'privileged');
  t.teardown(() => sources.close());
  t.strictSame([...sources.families].sort(), [4, 6]);
  t.ok(sources.receiveBuffer >= 212992);
  const order = (announcement: number, family: 4 | 6): string[] =>
    [1, 2, 3].map((tries) => sources.of(announcement, family, tries).address);
  t.strictSame(order(0, 4), ['127.0.8.1', '127.0.8.2', '127.0.8.1']);
  t.strictSame(order(1, 4), ['127.0.8.2', '127.0.8.1', '127.0.8.2']);
  t.strictSame(order(2, 4), ['127.0.8.1', '127.0.8.2', '127.0.8.1'], 'spread');
  t.strictSame(order(2, 6), ['::1', '::1', '::1']);
  t.strictSame(order(0, 6), ['::1', '::1', '::1']);
});

t.test('where one address cannot be bound, none stays open and it is named', async (t) => {
  const socket = createSocket('udp4');
  await new Promise<void>((done) => socket.bind(0, '127.0.8.3', done));
  const { port } = socket.address();
  t.teardown(() => socket.close());
  const two = ['127.0.8.4', '127.0.8.3'].map((source) => ({ name: source, source }));
  await t.rejects(Sources.open(two, port), { code: 'failed', facts: { subject: `127.0.8.3 port ${port}` } });
  const other = createSocket('udp4');
  await new Promise<void>((done) => other.bind(port, '127.0.8.4', done));
  other.close();
  t.pass('the other address is free again');
});
