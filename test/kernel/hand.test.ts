import { heldLocks, LockProcess } from '../../scripts/kernel-lab/locks.ts';
import * as nfs from '../../scripts/kernel-lab/nfs.ts';
import { labTest } from './lab-test.ts';

labTest(
  'a real lock on a real NFSv3 mount is seen on the server and refused to another client',
  async (t, lab) => {
    const disk = await lab.sharedDisk();
    const hosts = { sa: '10.77.0.1', c1: '10.77.0.11', c2: '10.77.0.12', nfsvip: '10.77.0.100' };
    const [sa, c1, c2] = await Promise.all([
      lab.boot('sa', { ip: '10.77.0.1/24', disks: [disk] }),
      lab.boot('c1', { ip: '10.77.0.11/24' }),
      lab.boot('c2', { ip: '10.77.0.12/24' }),
    ]);
    await Promise.all([sa, c1, c2].map((guest) => nfs.prepareNode(guest, { hosts })));
    await nfs.mountShare(sa, '/dev/ubdb', '/srv/share');
    await nfs.startNfsd(sa);
    await nfs.exportDirectory(sa, '/srv/share', 77);
    await nfs.addAddress(sa, '10.77.0.100/24');
    await Promise.all([c1, c2].map((guest) => nfs.mountNfs(guest, '10.77.0.100:/srv/share', '/mnt/nfs')));
    const [one, two] = [LockProcess.start(c1), LockProcess.start(c2)];
    const range = { file: '/mnt/nfs/data', start: 10, length: 5 };
    const first = await one.lock(range);
    t.match(first, { ok: true });
    t.comment(`granted after ${first.ms} ms, most of it grace`);
    t.match(await heldLocks(sa, '/srv/share'), [{ mode: 'WRITE', start: 10, end: 14 }]);
    t.match(await heldLocks(c1, '/mnt/nfs'), [{ mode: 'WRITE', start: 10, end: 14 }]);
    t.match(await two.lock(range), { ok: false, error: 'EAGAIN' });
    t.match(await two.test(range), { ok: true, free: false });
    t.match((await sa.sh('ls /var/lib/nfs/sm')).split('\n').sort(), ['c1', 'c2']);
    await one.end();
    t.match(await two.lock(range), { ok: true });
    t.match(await two.lockMany({ file: '/mnt/nfs/data', start: 100 }, 50, 2), { ok: true, got: 50 });
    t.equal((await heldLocks(sa, '/srv/share')).length, 51);
  },
);
