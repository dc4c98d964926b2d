import t from 'tap';
import { guideBlocks } from '../support/guide.ts';
import type { StandIns } from '../support/guide-reader.ts';
import { GuideLab, SHORT_GRACE } from './guide-scene.ts';

// What a new user does: two fresh nodes, booted by systemd, on which the distribution's packages are installed; then the
// blocks of the guide, in their order, as they are printed. At the end a client's lock has survived a failover.

/** There is no cluster file system: every node mounts the lab's shared directory instead. */
const SHARED: StandIns = [
  ...SHORT_GRACE,
  [/device="?\/dev\/vg\/shared"? /g, 'device=/srv/shared '],
  [/fstype="?gfs2"?/g, 'fstype=none options=bind'],
];
/** What no test types, by page; why, the page says. */
const SPARED = {
  nodes: ['apt-get install nodejs nfs-common rpcbind chrony'],
  ganesha: ['mount -t nfs -o vers=3 nfs.example.com:/srv/nfs/data /mnt'],
  'live-migration': [
    'mount -t gfs2 /dev/vg/shared /mnt',
    'mount -t nfs -o vers=3 nfs.example.com:/srv/nfs/data /mnt',
  ],
  'drbd-reactor': [],
} as const;
const nodes = guideBlocks('nodes');
const ganesha = guideBlocks('ganesha');

t.test('few blocks are spared, and it is known which', async (t) => {
  for (const [page, expected] of Object.entries(SPARED)) {
    const spared = guideBlocks(page).filter(({ spared }) => spared !== null);
    t.same(
      spared.map(({ text }) => text.split('\n')[0]),
      expected,
      page,
    );
  }
});

for (const way of ['crm', 'pcs'])
  t.test(`a cluster file system, with live migration, by ${way}`, async (t) => {
    // That what stands in for the file system is not on every node is what doctor is there to say.
    const complaints = ['clocks', 'shared-storage'];
    const guide = await GuideLab.create(t, { standIns: SHARED, complaints });
    await guide.formCluster();
    await guide.nodes[0]?.output(['chmod', '1777', '/srv/shared/data']);
    const conf = ganesha.filter(({ text }) => /ganesha\.conf|ganesha\.service\.d/.test(text));
    await guide.follow([...nodes, ...conf, ...guideBlocks('live-migration')], ['ganesha', way]);
    await guide.expectSurvival(1);
  });
