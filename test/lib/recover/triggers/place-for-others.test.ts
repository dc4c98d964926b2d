import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { PlacedLines } from '../../../../lib/convey/index.ts';
import { placeForOthers } from '../../../../lib/recover/triggers/place-for-others.ts';
import { fileOf } from '../../store/arbitraries.ts';

t.test('records are placed once, and only while no statd runs', async (t) => {
  const root = t.testdir({ sm: {} });
  const [sm, placedFile] = [join(root, 'sm'), join(root, 'placed.json')];
  let statd: object | null = {};
  const place = () =>
    placeForOthers([fileOf('c')], {
      ...{ sm, owner: { uid: 0, gid: 0 }, placed: new PlacedLines(placedFile) },
      findStatd: async () => statd,
    });
  t.match(await place(), /rpc.statd runs already; with trigger=none, start it after nfslock/);
  t.same(readdirSync(sm), []);
  statd = null;
  t.equal(await place(), null);
  t.same(readdirSync(sm), ['c']);
  statd = {};
  t.equal(await place(), null, 'a statd that came later is right');
});

t.test('the real node is asked', async (t) => {
  const root = t.testdir({ sm: {} });
  const placedFile = join(root, 'placed.json');
  const placed = new PlacedLines(placedFile);
  await placeForOthers([], { sm: join(root, 'sm'), owner: { uid: 0, gid: 0 }, placed });
  t.pass('statd may run on this machine, or not');
});
