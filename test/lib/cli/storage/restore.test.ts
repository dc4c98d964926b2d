import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { captureOnce } from '../../../../lib/cli/storage/capture.ts';
import { restoreStore } from '../../../../lib/cli/storage/restore.ts';
import type { Step } from '../../../../lib/cli/storage/step.ts';
import { PlacedLines } from '../../../../lib/convey/index.ts';
import { NodeDirectory } from '../../../../lib/node/node-directory.ts';
import { bootId } from '../../../../lib/node/this-node.ts';
import { readStateFile, writeStateFile } from '../../../../lib/nsm/state-file.ts';
import { readStore } from '../../../../lib/store/index.ts';
import { lineOf } from '../../capture/sm-directory.ts';
import { fileOf, recordOf } from '../../store/arbitraries.ts';
import { atWorkSince, byHand, damage, leave, SERVICE, thisHolder } from '../by-hand.ts';

const means = { atWork: async () => atWorkSince() };

t.test('damage that it finds is a problem', async (t) => {
  const { options, dir, root } = byHand(t);
  await leave(dir, []);
  const problem = damage(dir);
  t.same((await restoreStore({ ...options, to: join(root, 'conveyed') }, means)).problems, [problem]);
});

t.test(
  'what another node left becomes a statd directory, with a number that nobody uses again',
  async (t) => {
    const { options, dir, root } = byHand(t);
    await leave(dir, [fileOf('192.0.2.1'), fileOf('../evil')]);
    const to = join(root, 'conveyed');
    const steps: Step[] = [];
    const report = (step: Step) => steps.push(step);
    const restored = await restoreStore({ ...options, service: null, to, report }, means);
    t.same(steps.slice(-2), [
      { what: 'files conveyed', done: 1, total: 2 },
      { what: 'files conveyed', done: 2, total: 2 },
    ]);
    t.match(restored, { service: SERVICE, epoch: 2, to, clients: ['192.0.2.1'], stateNumber: 9 });
    t.same(restored.problems, ['../evil: its name starts with a dot']);
    t.same(readdirSync(join(to, 'sm')), ['192.0.2.1']);
    t.equal(
      readFileSync(join(to, 'sm/192.0.2.1'), 'latin1'),
      `0100007f 000186b5 00000004 00000010 ${'0'.repeat(32)} 192.0.2.1 n1\n`,
    );
    t.equal(await readStateFile(join(to, 'state')), 9);
    const state = await readStore(dir);
    t.equal(state.stateNumber, 11, 'sm-notify announces 11 where it is not told -n');
    t.equal(state.ledger.get('192.0.2.1')?.phase, 'conveyed');
    t.ok(state.ended);
  },
);

t.test('on the node that has the store, what it captured is conveyed too', async (t) => {
  const { options, dir, root, statd } = byHand(t);
  await leave(dir, [fileOf('192.0.2.1')], { holder: thisHolder(await bootId()) });
  const to = join(root, 'conveyed');
  mkdirSync(to);
  rmdirSync(statd.sm);
  t.same((await restoreStore({ ...options, to }, means)).clients, ['192.0.2.1']);
  t.equal((await readStore(dir)).ledger.size, 0, 'of whom nothing was lost');
});

const stopped = { atWork: async () => ({ ...atWorkSince(), statd: null }) };

t.test('while statd is stopped, records go into its own directory, beside what is there', async (t) => {
  const { options, dir, statd, runtime } = byHand(t, ['192.0.2.7']);
  await leave(dir, [fileOf('192.0.2.1'), fileOf('../evil')]);
  await writeStateFile(statd.state, 5);
  const restored = await restoreStore({ ...options, to: null }, stopped);
  t.match(restored, { service: SERVICE, to: statd.path, stateNumber: 9, clients: ['192.0.2.1'] });
  t.same(restored.problems, ['../evil: its name starts with a dot']);
  t.same(readdirSync(statd.sm).sort(), ['192.0.2.1', '192.0.2.7']);
  t.equal(await readStateFile(statd.state), 9);
  const state = await readStore(dir);
  t.equal(state.stateNumber, 11);
  t.equal(state.ledger.get('192.0.2.1')?.phase, 'conveyed');
  t.same(
    new PlacedLines(NodeDirectory.beside(runtime).placedFile).standing(),
    [recordOf('192.0.2.1')],
    "and are known not to be statd's",
  );
});

t.test("what was restored is no client's return; what statd writes in its place is", async (t) => {
  const { options, dir, statd } = byHand(t);
  await leave(dir, [fileOf('192.0.2.1')]);
  await restoreStore({ ...options, to: null }, stopped);
  const capture = () => captureOnce({ ...options, graceOver: false, apart: 1 }, stopped.atWork);
  t.match(await capture(), { captured: [], back: [], waiting: 1 });
  writeFileSync(join(statd.sm, '192.0.2.1'), lineOf('192.0.2.1', 'n2'));
  t.match(await capture(), { captured: ['192.0.2.1'], back: ['192.0.2.1'], waiting: 0 });
});

t.test('statd that runs, or never did, is a reason not to', async (t) => {
  const { options, dir, statd } = byHand(t);
  await leave(dir, [fileOf('192.0.2.1')]);
  await t.rejects(restoreStore({ ...options, to: null }, means), {
    ...{ code: 'bad-node', message: /rpc.statd runs, and .* stop it, or give --to/ },
  });
  t.equal((await readStore(dir)).epoch, 1, 'the store is left alone');
  t.same(readdirSync(statd.sm), []);
  rmdirSync(statd.sm);
  await t.rejects(restoreStore({ ...options, to: null }, stopped), {
    message: /does not exist/,
  });
});

t.test('nothing of anybody is replaced', async (t) => {
  const { options, dir, root } = byHand(t);
  await leave(dir, []);
  writeFileSync(join(root, 'file'), '');
  await t.rejects(restoreStore({ ...options, to: root }, means), {
    code: 'bad-parameter',
    message: /is not empty/,
  });
  await t.rejects(restoreStore({ ...options, to: join(root, 'file') }, means), {
    message: /is no directory \(ENOTDIR\)/,
  });
  t.ok(existsSync(join(root, 'file')));
  t.equal((await readStore(dir)).epoch, 1);
});
