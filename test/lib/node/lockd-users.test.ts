import t from 'tap';
import { lockdMounts, otherNamespacesLock } from '../../../lib/node/lockd-users.ts';
import { FakeRoot } from './fake-root.ts';

const line = (directory: string, type: string, options: string) =>
  `40 1 0:40 / ${directory} rw,relatime shared:1 - ${type} filer:/x rw,${options}\n`;

t.test('NFS mounts that use lockd', async (t) => {
  const root = new FakeRoot(t.testdir());
  t.same(await lockdMounts(root.path), []);
  root.put({
    'proc/self/mountinfo': [
      line('/three', 'nfs', 'vers=3,local_lock=none,mountaddr=192.0.2.8,addr=192.0.2.9'),
      line('/two', 'nfs', 'vers=2,local_lock=flock'),
      line('/nolock', 'nfs', 'vers=3,nolock,local_lock=all'),
      line('/local', 'nfs', 'vers=3,local_lock=all'),
      line('/four', 'nfs4', 'vers=4.2'),
      line('/disk', 'ext4', 'vers=3'),
      line('/six', 'nfs', 'vers=3,addr=2001:db8::1').replace('filer', '[2001:db8::1]'),
    ].join(''),
  });
  t.same(await lockdMounts(root.path), [
    { source: 'filer:/x', directory: '/three', server: ['filer', '192.0.2.9'] },
    { source: 'filer:/x', directory: '/two', server: ['filer'] },
    { source: '[2001:db8::1]:/x', directory: '/six', server: ['2001:db8::1', '2001:db8::1'] },
  ]);
});

t.test('an rpc.statd in another network namespace means locks there', async (t) => {
  const root = new FakeRoot(t.testdir()).process(7, 'rpc.statd').process(8, 'bash', 0, 'net:[2]');
  t.equal(await otherNamespacesLock(root.path), false);
  root.process(9, 'rpc.statd', 0, null);
  t.equal(await otherNamespacesLock(root.path), false, 'it has just ended');
  root.process(10, 'rpc.statd', 0, 'net:[2]');
  t.equal(await otherNamespacesLock(root.path), true);
});
