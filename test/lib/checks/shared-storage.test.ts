import t, { type Test } from 'tap';
import { sharedStorage } from '../../../lib/checks/shared-storage.ts';
import { FakeRoot } from '../node/fake-root.ts';
import { DISK, examined, exampleCib, exampleNode, NFSLOCK } from './example-node.ts';

function found(t: Test, mount: string, resources: string | null, startedHere = true) {
  const root = new FakeRoot(t.testdir()).put({
    'proc/self/mountinfo': `20 1 0:18 / / rw - ext4 /dev/sda1 rw\n21 20 8:1 / ${mount} rw\n`,
  });
  const cluster = async () => (resources === null ? Promise.reject(new Error('no')) : exampleCib(resources));
  return sharedStorage.look(exampleNode({ root: root.path, cluster }), examined({ startedHere }));
}

t.test('storage that another node can have', async (t) => {
  t.match(await found(t, '/srv/nfs rw - ext4 /dev/sdb1', DISK), {
    ...{ verdict: 'ok', evidence: 'it is on ext4 (/dev/sdb1 on /srv/nfs), and moves as disk' },
  });
  t.match(await found(t, '/srv/nfs rw - gfs2 /dev/sdb1', NFSLOCK), { verdict: 'ok' });
  t.match(await found(t, '/srv/nfs rw - fuse.glusterfs host:/v', null), { verdict: 'ok' });
  t.match(await found(t, '/srv/nfs rw - xfs /dev/drbd0', null), { verdict: 'ok' });
  t.match(await found(t, '/other rw - ext4 /dev/sdb1', DISK, false), {
    verdict: 'ok',
    evidence: 'not mounted here now: disk does that',
  });
});

t.test('storage of this node alone', async (t) => {
  t.match(await found(t, '/srv/nfs/locks rw - tmpfs none', DISK), {
    ...{ verdict: 'bad', evidence: "it is on tmpfs (none on /srv/nfs/locks), this node's own" },
  });
  t.match(await found(t, '/other rw - ext4 /dev/sdb1', NFSLOCK), {
    verdict: 'bad',
    evidence: /\/dev\/sda1 on \/\), this node/,
  });
  t.match(await found(t, '/other rw - ext4 /dev/sdb1', DISK), {
    ...{ verdict: 'bad', evidence: /^\/srv\/nfs is not mounted: it is on ext4/, cure: 'mount /srv/nfs' },
  });
});

t.test('storage of which nobody knows', async (t) => {
  t.match(await found(t, '/srv rw - ext4 /dev/sdb1', NFSLOCK), {
    verdict: 'warning',
    evidence: /and no resource mounts it$/,
  });
  t.match(await found(t, '/srv rw - ext4 /dev/sdb1', null), { verdict: 'unknown' });
});
