import t from 'tap';
import { failoversAndFailbacks } from './nfslock-failovers.ts';
import { serviceFor } from './nfslock-scene.ts';

t.test('failovers and failbacks where NFS-Ganesha is a member of the group', async (t) => {
  await failoversAndFailbacks(t, await serviceFor(t, { ganesha: 'resource' }), 1);
});
