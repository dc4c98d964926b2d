import t from 'tap';
import { type GuideBlock, guideBlocks } from '../support/guide.ts';
import { GuideLab, SHORT_GRACE } from './guide-scene.ts';

// The steps by hand of the guide without Pacemaker, followed as live-migration.test.ts says.

const nodes = guideBlocks('nodes');
const ganesha = guideBlocks('ganesha');

t.test('by hand', async (t) => {
  const guide = await GuideLab.create(t, { standIns: SHORT_GRACE });
  const make = ganesha.filter(({ text }) => /mkfs|ganesha\.conf|ganesha\.service\.d/.test(text));
  await guide.follow([...nodes, ...make], ['ganesha']);
  const [snapshot, notify] = guideBlocks('drbd-reactor').filter(({ language }) => language === 'sh') as [
    GuideBlock,
    GuideBlock,
  ];
  const [n1, n2] = guide.nodes;
  const serve =
    'mkdir -p /srv/nfs; mount /dev/drbd0 /srv/nfs; systemctl start nfs-ganesha; ip addr add 192.0.2.10/24 dev eth0';
  await n1?.output(['sh', '-ec', serve]);
  await guide.takeLock();
  await guide.type(snapshot);
  await n1?.powerOff();
  await n2?.output(['sh', '-ec', serve]);
  await guide.type(notify);
  await guide.expectSurvival(1);
});
