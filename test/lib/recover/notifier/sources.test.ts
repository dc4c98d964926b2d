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

t.test('an address that cannot be bound leaves the others; where none can be, it is named', async (t) => {
  const socket = createSocket('udp4');
  await new Promise<void>((done) => socket.bind(0, '127.0.8.3', done));
  const { port } = socket.address();
  t.teardown(() => socket.close());
  const [bound, free] = ['127.0.8.3', '127.0.8.4'].map((source) => ({ name: source, source })) as [
    { name: string; source: string },
    { name: string; source: string },
  ];
  const sources = await Sources.open([bound, free], port);
  for (const announcement of [0, 1]) t.equal(sources.of(announcement, 4, 1).address, '127.0.8.4');
  sources.close();
  await t.rejects(Sources.open([bound], port), {
    code: 'failed',
    facts: { subject: `127.0.8.3 port ${port}` },
  });
});
