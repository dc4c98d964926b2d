import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { dropLocks } from '../../../lib/node/kernel-locks.ts';
import { FakeRoot } from './fake-root.ts';

t.test('the directory is handed to the kernel; without nfsd that fails', async (t) => {
  const root = new FakeRoot(t.testdir()).put({ 'proc/fs/nfsd/unlock_filesystem': '' });
  await dropLocks('/srv/share', root.path);
  t.equal(readFileSync(join(root.path, 'proc/fs/nfsd/unlock_filesystem'), 'latin1'), '/srv/share\n');
  root.remove('proc/fs/nfsd');
  await t.rejects(dropLocks('/srv/share', root.path), { code: 'failed', facts: { subject: '/srv/share' } });
});
