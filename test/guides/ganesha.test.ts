import t from 'tap';
import { guideBlocks } from '../support/guide.ts';
import { GuideLab, SHORT_GRACE } from './guide-scene.ts';

// The guide of NFS-Ganesha, followed as live-migration.test.ts says; ganesha-pcs.test.ts does it with pcs.

const nodes = guideBlocks('nodes');
const ganesha = guideBlocks('ganesha');

t.test('NFS-Ganesha, by crmsh', async (t) => {
  const guide = await GuideLab.create(t, { standIns: SHORT_GRACE });
  await guide.formCluster();
  await guide.follow([...nodes, ...ganesha], ['ganesha', 'crm']);
  await guide.expectSurvival(1);
});
