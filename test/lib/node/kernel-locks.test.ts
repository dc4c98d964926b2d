import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { countLocks, dropLocks } from '../../../lib/node/kernel-locks.ts';
import { FakeRoot } from './fake-root.ts';

t.test('the directory is handed to the kernel; without nfsd that fails', async (t) => {
  const root = new FakeRoot(t.testdir()).put({ 'proc/fs/nfsd/unlock_filesystem': '' });
  await dropLocks('/srv/share', root.path);
  t.equal(readFileSync(join(root.path, 'proc/fs/nfsd/unlock_filesystem'), 'latin1'), '/srv/share\n');
  await dropLocks('/srv/a b\\c', root.path);
  t.equal(readFileSync(join(root.path, 'proc/fs/nfsd/unlock_filesystem'), 'latin1'), '/srv/a\\040b\\134c\n');
  root.remove('proc/fs/nfsd');
  await t.rejects(dropLocks('/srv/share', root.path), { code: 'failed', facts: { subject: '/srv/share' } });
});

/** As Linux 6.1 prints it: of lockd, of a process of the node, one that waits, and one that is no POSIX lock. */
const TABLE = `1: POSIX  ADVISORY  WRITE 50 62:10:12 10 14
2: POSIX  ADVISORY  WRITE 50 62:10:12 20 24
2: -> POSIX  ADVISORY  WRITE 50 62:10:12 20 24
3: POSIX  ADVISORY  READ  817 00:16:95 0 EOF
4: FLOCK  ADVISORY  WRITE 50 00:16:96 0 EOF
`;

t.test('the locks that are counted are those of lockd', async (t) => {
  const root = new FakeRoot(t.testdir()).put({ 'proc/locks': TABLE });
  t.same(await countLocks([], root.path), { all: 0, own: 0 }, 'no lockd');
  t.same(await countLocks([], root.process(50, 'lockd').path), { all: 2, own: 2 });
  root.remove('proc/50');
  root.process(817, 'lockd', 900);
  t.same(await countLocks([], root.path), { all: 1, own: 1 }, 'the one that runs now');
  root.remove('proc/locks');
  await t.rejects(countLocks([], root.path), { code: 'ENOENT' });
});

const MOUNTS = `20 1 8:1 / / rw - ext4 /dev/sda1 rw
21 20 98:16 / /srv/a rw - ext4 /dev/ubdb rw
22 20 98:32 / /srv/b rw - ext4 /dev/ubdc rw
23 22 0:22 / /srv/b/inner rw - tmpfs none rw
`;

t.test(
  'the locks of some directories are those on their file systems, and on what is mounted in them',
  async (t) => {
    const root = new FakeRoot(t.testdir()).process(50, 'lockd');
    const locks = `${TABLE}5: POSIX  ADVISORY  WRITE 50 00:16:99 0 0\n`;
    root.put({ 'proc/locks': locks, 'proc/self/mountinfo': MOUNTS });
    root.put({ 'srv/a/export/file': '', 'srv/b/export/file': '', 'srv/b/inner/file': '' });
    root.link('export', 'srv/a/export');
    const count = async (...directories: string[]) => {
      const { all, own } = await countLocks(directories, root.path);
      t.equal(all, 3);
      return own;
    };
    t.same(await Promise.all([count('/srv/a/export'), count('/export'), count()]), [2, 2, 3]);
    t.same(await Promise.all([count('/srv/b/export'), count('/srv/b')]), [0, 1]);
    t.equal(await count('/srv/a', '/srv/b'), 3);
    t.equal(await count('/srv/a', '/srv/c'), null, 'one of them is not there');
  },
);
