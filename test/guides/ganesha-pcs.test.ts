import t from 'tap';
import { guideBlocks } from '../support/guide.ts';
import { GuideLab, SHORT_GRACE } from './guide-scene.ts';

// The guide of NFS-Ganesha, followed as live-migration.test.ts says, with pcs.

const nodes = guideBlocks('nodes');
const ganesha = guideBlocks('ganesha');

t.test('NFS-Ganesha, by pcs, and then the plug is pulled', async (t) => {
  const guide = await GuideLab.create(t, { standIns: SHORT_GRACE });
  await guide.formCluster();
  await guide.follow([...nodes, ...ganesha], ['ganesha', 'pcs']);
  await guide.expectSurvival(1);
  await (await guide.serving()).powerOff();
  await guide.serving();
  await guide.follow(
    ganesha.filter(({ text }) => text === 'lockferry report\n'),
    [],
  );
  await guide.expectSurvival(2);
});
