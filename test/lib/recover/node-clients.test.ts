import t from 'tap';
import { nodeClients } from '../../../lib/recover/node-clients.ts';
import { FakeRoot } from '../node/fake-root.ts';
import { fileOf, recordOf } from '../store/arbitraries.ts';

t.test('servers of the mounts of this node are no clients of it', async (t) => {
  const mount = (server: string, address: string) =>
    `40 1 0:40 / /mnt rw shared:1 - nfs ${server}:/x rw,vers=3,addr=${address}\n`;
  const root = new FakeRoot(t.testdir()).put({
    'proc/self/mountinfo': `${mount('Filer', '192.0.2.9')}${mount('[2001:db8::1]', '2001:db8::1')}`,
  }).path;
  const by = (version: number, ...names: string[]) => ({
    ...fileOf(String(names[0])),
    records: names.map((name) => ({ ...recordOf(name), version })),
  });
  const kept = async (kind: 'kernel' | 'ganesha' | null) => {
    const files = [
      by(3, '192.0.2.9'),
      by(3, '::ffff:192.0.2.9', '192.0.2.7'),
      by(3, 'filer'),
      by(3, '2001:DB8::1'),
      by(3, '192.0.2.8'),
      by(4, '192.0.2.6'),
    ];
    return (await nodeClients(files, kind, root)).map(({ records }) =>
      records.map(({ monName }) => monName).join(),
    );
  };
  t.same(await kept('kernel'), ['192.0.2.7', '192.0.2.8']);
  t.same(await kept('ganesha'), ['192.0.2.6'], 'what lockd has monitored beside it are servers');
  t.same(await kept(null), ['192.0.2.7', '192.0.2.8', '192.0.2.6']);
});
