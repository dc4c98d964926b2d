import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { countLocks, dropLocks } from '../../../lib/node/kernel-locks.ts';
import { FakeRoot } from './fake-root.ts';

t.test('the directory is handed to the kernel; without nfsd that fails', async (t) => {
  const root = new FakeRoot(t.testdir()).put({ 'proc/fs/nfsd/unlock_filesystem': '' });
  await dropLocks('/srv/share', root.path);
  t.equal(readFileSync(join(root.path, 'proc/fs/nfsd/unlock_filesystem'), 'latin1'), '/srv/share\n');
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
  t.equal(await countLocks(root.path), 0, 'no lockd');
  t.equal(await countLocks(root.process(50, 'lockd').path), 2);
});
