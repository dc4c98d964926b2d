import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { PlacedLines } from '../../../../lib/convey/index.ts';
import { readStateFile, writeStateFile } from '../../../../lib/nsm/state-file.ts';
import { placeForOthers } from '../../../../lib/recover/triggers/place-for-others.ts';
import { smDirectory } from '../../capture/sm-directory.ts';
import { fileOf } from '../../store/arbitraries.ts';

function stage(t: Test) {
  const root = t.testdir({});
  const statd = smDirectory(join(root, 'live'));
  const where = () => ({
    ...{ statd, owner: { uid: 0, gid: 0 }, placed: new PlacedLines(join(root, 'placed.json')) },
    reserve: async () => {
      t.same(readdirSync(statd.sm), [], 'the number is durable before a record is there');
      return 33;
    },
  });
  return { statd, where };
}

t.test('records are placed once, with a new number, and only while no statd runs', async (t) => {
  const { statd, where } = stage(t);
  let runs: object | null = {};
  await writeStateFile(statd.state, 5);
  const place = () => placeForOthers([fileOf('c')], { ...where(), findStatd: async () => runs });
  t.match(await place(), /rpc.statd runs already; with trigger=none, start it after nfslock/);
  t.same(readdirSync(statd.sm), []);
  t.equal(await readStateFile(statd.state), 5);
  runs = null;
  t.equal(await place(), null);
  t.same(readdirSync(statd.sm), ['c']);
  t.equal(await readStateFile(statd.state), 33, 'what sm-notify starts from');
  await writeStateFile(statd.state, 35);
  t.equal(await place(), null);
  t.equal(await readStateFile(statd.state), 35, 'it is left alone then');
  runs = {};
  t.equal(await place(), null, 'a statd that came later is right');
});

t.test('the real node is asked', async (t) => {
  await placeForOthers([], stage(t).where());
  t.pass('statd may run on this machine, or not');
});
