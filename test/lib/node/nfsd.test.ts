import t from 'tap';
import { nfsdArguments, readNfsd, servesV4 } from '../../../lib/node/nfsd.ts';
import { FakeRoot } from './fake-root.ts';

t.test('where nfsd has no control files there is none', async (t) => {
  t.equal(await readNfsd(new FakeRoot(t.testdir()).path), null);
});

t.test('an NFSv3 server that listens everywhere', async (t) => {
  const root = new FakeRoot(t.testdir()).server();
  root.put({
    'proc/net/tcp':
      '  sl  local_address rem_address   st\n' +
      '   0: 00000000:0801 00000000:0000 0A 00000000:00000000\n' +
      '   1: 0100007F:006F 00000000:0000 0A 00000000:00000000\n',
    'proc/net/tcp6':
      '   0: 00000000000000000000000000000000:0801 00000000000000000000000000000000:0000 0A 0\n',
  });
  const nfsd = await readNfsd(root.path);
  t.same(nfsd, {
    threads: 4,
    on: ['3'],
    off: ['4', '4.0', '4.1', '4.2'],
    ports: [{ transport: 'tcp', port: 2049 }],
    hosts: [],
  });
  t.equal(nfsd && servesV4(nfsd), false);
  t.same(nfsd && nfsdArguments(nfsd), [
    ...['-V', '3', '-N', '4', '-N', '4.0', '-N', '4.1', '-N', '4.2'],
    ...['-t', '-U', '-p', '2049', '4'],
  ]);
});

t.test('a server with every transport, a port of its own and two addresses', async (t) => {
  const root = new FakeRoot(t.testdir()).server().put({
    'proc/fs/nfsd/threads': '16\n',
    'proc/fs/nfsd/versions': '+3 +4 -4.0 +4.1 +4.2\n',
    'proc/fs/nfsd/portlist': 'rdma 20049\ntcp 2050\nudp 2050\ngarbage\n',
    'proc/net/tcp': '   0: 01004D0A:0802 00000000:0000 0A 0\n   1: 02004D0A:0802 03004D0A:02BC 01 0\n',
    'proc/net/tcp6':
      '   0: 000000FD000000000000000001000000:0802 00000000000000000000000000000000:0000 0A 0\n',
  });
  const nfsd = await readNfsd(root.path);
  t.same(nfsd?.hosts, ['10.77.0.1', 'fd00:0:0:0:0:0:0:1']);
  t.equal(nfsd && servesV4(nfsd), true);
  t.same(nfsd && nfsdArguments(nfsd), [
    ...['-V', '3', '-V', '4', '-V', '4.1', '-V', '4.2', '-N', '4.0'],
    ...['-t', '-u', '--rdma=20049', '-p', '2050', '-H', '10.77.0.1', '-H', 'fd00:0:0:0:0:0:0:1', '16'],
  ]);
});

t.test('a minor version alone is NFSv4 too; UDP alone, and no ports at all', async (t) => {
  const root = new FakeRoot(t.testdir()).server().put({
    'proc/fs/nfsd/versions': '+3 -4 +4.2\n',
    'proc/fs/nfsd/portlist': 'udp 2050\n',
  });
  const udp = await readNfsd(root.path);
  t.equal(udp && servesV4(udp), true);
  t.match(udp && nfsdArguments(udp), ['-V', '3', '-V', '4.2', '-N', '4', '-T', '-u', '-p', '2050', '4']);
  root.remove('proc/fs/nfsd/portlist');
  root.remove('proc/fs/nfsd/versions');
  const bare = await readNfsd(root.path);
  t.match(bare && nfsdArguments(bare), ['-T', '-U', '-p', '2049', '4']);
});
