import { heldLocks, LockProcess } from '../../scripts/kernel-lab/locks.ts';
import * as nfs from '../../scripts/kernel-lab/nfs.ts';
import { labTest } from './lab-test.ts';

/** Newer kernels have statd forget every client that holds locks while nfsd stops cleanly. Seen: 6.1 not, 6.12 yes. */
const forgets = (release: string) => {
  const [major = 0, minor = 0] = release.split('.').map(Number);
  return major > 6 || (major === 6 && minor >= 12);
};

labTest(
  'what a clean stop of nfsd does to the monitor records of clients that hold locks',
  async (t, lab) => {
    const disk = await lab.sharedDisk();
    const [sa, c1] = await Promise.all([
      lab.boot('sa', { ip: '10.77.0.1/24', disks: [disk] }),
      lab.boot('c1', { ip: '10.77.0.11/24' }),
    ]);
    const hosts = { sa: '10.77.0.1', c1: '10.77.0.11' };
    await Promise.all([sa, c1].map((guest) => nfs.prepareNode(guest, { hosts })));
    await nfs.mountShare(sa, '/dev/ubdb', '/srv/share');
    await nfs.startNfsd(sa);
    await nfs.exportDirectory(sa, '/srv/share', 77);
    await nfs.endGrace(sa);
    await nfs.mountNfs(c1, 'sa:/srv/share', '/mnt/nfs');
    t.match(await LockProcess.start(c1).lock({ file: '/mnt/nfs/data' }), { ok: true });
    t.equal(await sa.sh('ls /var/lib/nfs/sm'), 'c1');
    const release = await sa.sh('uname -r');
    await sa.sh('rpc.nfsd 0');
    t.same(await heldLocks(sa, '/srv/share'), []);
    t.equal(await sa.sh('ls /var/lib/nfs/sm'), forgets(release) ? '' : 'c1', `Linux ${release}`);
  },
);
