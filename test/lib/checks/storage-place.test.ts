import t from 'tap';
import { storagePlace } from '../../../lib/checks/storage-place.ts';
import { FakeRoot } from '../node/fake-root.ts';
import { DISK, examined, exampleCib, exampleNode, NFSLOCK } from './example-node.ts';

const ROOT = '20 1 0:18 / / rw - ext4 /dev/sda1 rw\n';
const MOUNTED = `${ROOT}21 20 8:1 / /srv/nfs rw - ext4 /dev/sdb1 rw\n`;

t.test('what mounts it, and whether that is done here', async (t) => {
  const root = new FakeRoot(t.testdir());
  const found = (table: string, resources: string | null) => {
    root.put({ 'proc/self/mountinfo': table });
    const cluster = async () =>
      resources === null ? Promise.reject(new Error('no')) : exampleCib(resources);
    return storagePlace(exampleNode({ root: root.path, cluster }), examined());
  };
  t.match(await found(MOUNTED, DISK), {
    resource: { id: 'disk' },
    missing: null,
    mount: { source: '/dev/sdb1' },
  });
  t.match(await found(ROOT, DISK), {
    resource: { id: 'disk' },
    missing: '/srv/nfs',
    mount: { directory: '/' },
  });
  t.match(await found(ROOT, NFSLOCK), { resource: null, missing: null });
  t.match(await found(ROOT, null), { cib: null, resource: null, missing: null });
});
