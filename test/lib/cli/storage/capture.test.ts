import { unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { captureOnce } from '../../../../lib/cli/storage/capture.ts';
import { restoreStore } from '../../../../lib/cli/storage/restore.ts';
import { endRound, roundFromStore } from '../../../../lib/cli/storage/round.ts';
import type { Step } from '../../../../lib/cli/storage/step.ts';
import { bootId } from '../../../../lib/node/this-node.ts';
import { readStore } from '../../../../lib/store/index.ts';
import { lineOf } from '../../capture/sm-directory.ts';
import { fileOf } from '../../store/arbitraries.ts';
import { atWorkSince, byHand, damage, leave, thisHolder } from '../by-hand.ts';

const atWork = async () => atWorkSince();
const more = { graceOver: false, apart: 50 };

t.test('what statd has is durable, and the epoch is left in order', async (t) => {
  const { options, dir, statd } = byHand(t, ['192.0.2.1']);
  writeFileSync(join(statd.sm, 'bad'), 'rubbish\n');
  const captured = await captureOnce({ ...options, ...more }, atWork);
  t.match(captured, { epoch: 1, clients: 1, captured: ['192.0.2.1'], back: [], missed: [], removed: [] });
  t.equal(captured.waiting, 0);
  t.match(captured.problems[0], /^bad: line 1/);
  const state = await readStore(dir);
  t.same([...state.current.keys()], ['192.0.2.1']);
  t.match(state.ended, { released: false });
});

t.test('damage that it finds is a problem', async (t) => {
  const { options, dir } = byHand(t);
  await leave(dir, [], { holder: thisHolder(await bootId()) });
  const problem = damage(dir);
  t.same((await captureOnce({ ...options, ...more }, atWork)).problems, [problem]);
});

t.test('the next one says what is new, and drops whom statd has dropped', async (t) => {
  const { options, dir, statd } = byHand(t, ['192.0.2.1', '192.0.2.2']);
  await captureOnce({ ...options, ...more }, atWork);
  unlinkSync(join(statd.sm, '192.0.2.1'));
  writeFileSync(join(statd.sm, '192.0.2.3'), lineOf('192.0.2.3'));
  const begun = performance.now();
  const steps: Step[] = [];
  const report = (step: Step) => steps.push(step);
  const captured = await captureOnce({ ...options, ...more, report }, atWork);
  t.ok(performance.now() - begun >= 50, 'it was looked for again');
  t.match(steps[0], { what: 'files of statd examined', total: 2 });
  t.ok(steps.some(({ what, done }) => /^seconds until/.test(what) && done === 1));
  t.match(captured, { epoch: 2, clients: 2, captured: ['192.0.2.3'], removed: ['192.0.2.1'] });
  const state = await readStore(dir);
  t.same([...state.current.keys()].sort(), ['192.0.2.2', '192.0.2.3']);
  t.ok(state.ended);
});

t.test('who comes, or is back, while a removal is awaited is captured at once', async (t) => {
  const { options, dir, statd } = byHand(t, ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4']);
  await leave(dir, [fileOf('192.0.2.9')]);
  const { store } = await roundFromStore({ ...options, again: false }, atWork);
  await endRound(store, []);
  for (const name of ['192.0.2.1', '192.0.2.2']) unlinkSync(join(statd.sm, name));
  let looks = 0;
  const steps = [
    () => undefined,
    async () => {
      for (const name of ['192.0.2.2', '192.0.2.9']) writeFileSync(join(statd.sm, name), lineOf(name));
    },
    async () => {
      const { current, ledger } = await readStore(dir);
      t.ok(current.has('192.0.2.9'), 'before the time is over');
      t.equal(ledger.get('192.0.2.9')?.phase, 'back');
      unlinkSync(join(statd.sm, '192.0.2.2'));
    },
  ];
  const stepping = async () => {
    await steps[looks++]?.();
    return atWorkSince();
  };
  const captured = await captureOnce({ ...options, ...more, apart: 1100 }, stepping);
  t.equal(looks, 3);
  t.match(captured, { back: ['192.0.2.9'], removed: [], waiting: 0, clients: 5 });
  t.same([...captured.captured].sort(), ['192.0.2.2', '192.0.2.9']);
});

t.test('a removal does not count where statd or the lock manager is another one', async (t) => {
  const { options, dir, statd } = byHand(t, ['192.0.2.1']);
  await captureOnce({ ...options, ...more }, atWork);
  unlinkSync(join(statd.sm, '192.0.2.1'));
  const others = async () => ({ ...atWorkSince(), statd: 'statd 2' });
  t.match(await captureOnce({ ...options, ...more }, others), { removed: [], clients: 1 });
  const statds = ['statd 2', 'statd 3'];
  const changing = async () => ({ ...atWorkSince(), statd: statds.shift() ?? null });
  t.match(await captureOnce({ ...options, ...more }, changing), { removed: [], clients: 1 });
  const managers = [(await others()).lockManager, null];
  const ending = async () => ({ lockManager: managers.shift() ?? null, statd: 'statd 2' });
  t.match(await captureOnce({ ...options, ...more }, ending), { removed: [], clients: 1 });
  t.same([...(await readStore(dir)).current.keys()], ['192.0.2.1']);
});

t.test('former clients are back when statd writes them anew, and missed when grace ends first', async (t) => {
  const { options, dir, statd } = byHand(t);
  const former = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((client) => fileOf(client));
  await leave(dir, former);
  const { store, round } = await roundFromStore({ ...options, again: false }, atWork);
  const told = { phase: 'told', number: round.stateNumber, names: { vip: 'answered' }, at: 9 } as const;
  await endRound(
    store,
    former.map(({ name }) => ({ type: 'noted', entry: { client: name, ...told } })),
  );
  t.match(await captureOnce({ ...options, ...more }, atWork), { waiting: 3, back: [], missed: [] });
  writeFileSync(join(statd.sm, '192.0.2.2'), lineOf('192.0.2.2'));
  t.match(await captureOnce({ ...options, ...more }, atWork), {
    ...{ captured: ['192.0.2.2'], back: ['192.0.2.2'], missed: [], waiting: 2 },
  });
  const last = await captureOnce({ ...options, ...more, graceOver: true }, atWork);
  t.match(last, { missed: ['192.0.2.1', '192.0.2.3'], waiting: 0 });
  const { ledger, inherited } = await readStore(dir);
  t.equal(inherited.size, 0);
  t.equal(ledger.get('192.0.2.1')?.phase, 'missed');
  t.equal(ledger.get('192.0.2.2')?.phase, 'back');
});

const stopped = async () => ({ lockManager: null, statd: null });

t.test(
  'after a restore, whoever is not back in the grace of the next lock manager has missed it',
  async (t) => {
    const { options, dir, statd } = byHand(t);
    await leave(dir, [fileOf('192.0.2.1'), fileOf('192.0.2.2'), fileOf('192.0.2.3')]);
    await restoreStore({ ...options, to: null }, { atWork: stopped });
    const over = { ...options, ...more, graceOver: true };
    t.match(await captureOnce(over, stopped), { waiting: 3, missed: [] }, 'there was none yet');
    writeFileSync(join(statd.sm, '192.0.2.1'), lineOf('192.0.2.1', 'n2'));
    const started = atWorkSince(Date.now());
    const serving = async () => started;
    t.match(await captureOnce({ ...options, ...more }, serving), {
      ...{ captured: ['192.0.2.1'], back: ['192.0.2.1'], missed: [], waiting: 2 },
    });
    writeFileSync(join(statd.sm, '192.0.2.2'), lineOf('192.0.2.2', 'n2'));
    t.match(await captureOnce({ ...options, ...more }, serving), { back: ['192.0.2.2'], waiting: 1 });
    t.match(await captureOnce(over, serving), { missed: ['192.0.2.3'], waiting: 0, clients: 2 });
    const { inherited, current, ledger } = await readStore(dir);
    t.equal(inherited.size, 0, 'no later owner tells it');
    t.same([...current.keys()].sort(), ['192.0.2.1', '192.0.2.2']);
    t.match(ledger.get('192.0.2.3'), { phase: 'missed' });
  },
);

t.test('but where the lock manager was there before, its grace says nothing', async (t) => {
  const { options, dir } = byHand(t);
  await leave(dir, [fileOf('192.0.2.1')]);
  const { lockManager } = await atWork();
  await restoreStore({ ...options, to: null }, { atWork: async () => ({ lockManager, statd: null }) });
  const over = { ...options, ...more, graceOver: true };
  for (let runs = 0; runs < 2; runs++) t.match(await captureOnce(over, atWork), { waiting: 1, missed: [] });
});

t.test('nor where one that is to be told was not conveyed', async (t) => {
  const { options, dir } = byHand(t);
  await leave(dir, [fileOf('192.0.2.1'), fileOf('../evil')]);
  await restoreStore({ ...options, to: null }, { atWork: stopped });
  const over = { ...options, ...more, graceOver: true };
  for (let runs = 0; runs < 2; runs++) t.match(await captureOnce(over, atWork), { waiting: 2, missed: [] });
});

t.test('whoever was not told yet is not missed, whatever grace does', async (t) => {
  const { options, dir } = byHand(t);
  await leave(dir, [fileOf('192.0.2.1')]);
  const taking = { ...options, ...more, takeOver: true, graceOver: true };
  t.match(await captureOnce(taking, atWork), { missed: [], waiting: 1 });
  t.match(await captureOnce(taking, atWork), { missed: [], waiting: 1 });
});

t.test('where the lock manager is another one, all have to be told', async (t) => {
  const { options, dir } = byHand(t, ['192.0.2.1']);
  await captureOnce({ ...options, ...more }, atWork);
  const restarted = async () => atWorkSince(Date.now() + 60_000, 'ganesha 2');
  t.match(await captureOnce({ ...options, ...more }, restarted), { waiting: 1 });
  t.equal((await readStore(dir)).inherited.size, 1);
});

t.test('and a file that was there before it says nothing', async (t) => {
  const { options, dir } = byHand(t, ['192.0.2.1']);
  await captureOnce({ ...options, ...more }, atWork);
  const restarted = async () => atWorkSince(Date.now() + 60_000, 'ganesha 2');
  const { store, round } = await roundFromStore({ ...options, again: false }, restarted);
  const told = { phase: 'told', number: round.stateNumber, names: { vip: 'answered' }, at: 9 } as const;
  await endRound(store, [{ type: 'noted', entry: { client: '192.0.2.1', ...told } }]);
  t.match(await captureOnce({ ...options, ...more }, restarted), { back: [], waiting: 1 });
  const over = { ...options, ...more, graceOver: true };
  t.match(await captureOnce(over, restarted), { back: [], missed: ['192.0.2.1'], waiting: 0 });
  const { current, inherited } = await readStore(dir);
  t.same([current.size, inherited.size], [1, 0], 'statd monitors it');
});
