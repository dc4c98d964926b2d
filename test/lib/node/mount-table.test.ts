import t from 'tap';
import { areOnClusterFileSystem, isCluster, mountOf, mountsUnder } from '../../../lib/node/mount-table.ts';
import { FakeRoot } from './fake-root.ts';

const TABLE = `20 1 0:18 / / rw - overlay overlay rw
21 20 0:19 / /srv rw,relatime shared:1 - tmpfs none rw
22 21 8:1 /sub /srv/nfs rw,relatime shared:2 master:1 - ext4 /dev/sdb1 rw
23 21 8:2 / /srv/with\\040blank rw - xfs /dev/mapper/a\\040b rw
24 22 0:20 / /srv/nfs rw - gfs2 /dev/sdc rw
`;

t.test('the innermost file system that is on top', async (t) => {
  const root = new FakeRoot(t.testdir()).put({ 'proc/self/mountinfo': TABLE }).path;
  t.same(await mountOf('/srv/nfs/locks', root), {
    ...{ directory: '/srv/nfs', type: 'gfs2', source: '/dev/sdc', device: '0:20' },
  });
  t.match(await mountOf('/srv/nfs2', root), { directory: '/srv', type: 'tmpfs' });
  t.match(await mountOf('/home', root), { directory: '/', type: 'overlay' });
  t.same(await mountOf('/srv/with blank/x', root), {
    ...{ directory: '/srv/with blank', type: 'xfs', source: '/dev/mapper/a b', device: '8:2' },
  });
});

t.test('what a directory lies in, and what is mounted in it', async (t) => {
  const root = new FakeRoot(t.testdir()).put({ 'proc/self/mountinfo': TABLE }).path;
  const under = async (directory: string) =>
    (await mountsUnder(directory, root)).map(({ device }) => device).sort();
  t.same(await under('/srv/nfs/locks'), ['0:20']);
  t.same(await under('/srv/nfs2'), ['0:19']);
  t.same(new Set(await under('/srv')), new Set(['0:19', '0:20', '8:1', '8:2']));
});

t.test('what lies in a cluster file system', async (t) => {
  const root = new FakeRoot(t.testdir()).put({ 'proc/self/mountinfo': TABLE }).path;
  t.ok(await areOnClusterFileSystem(['/home', '/srv/nfs/locks'], root));
  t.notOk(await areOnClusterFileSystem(['/home', '/srv'], root));
  t.notOk(await areOnClusterFileSystem(['/srv/nfs/locks'], '/nonexistent'), 'it is not known');
  t.ok(isCluster({ type: 'fuse.glusterfs' }));
  t.notOk(isCluster({ type: 'fuse.sshfs' }));
});

t.test('a table without a root says nothing', async (t) => {
  const root = new FakeRoot(t.testdir()).put({ 'proc/self/mountinfo': '' }).path;
  await t.rejects(mountOf('/srv', root), { message: 'no file system holds /srv' });
});
