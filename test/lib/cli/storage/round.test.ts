import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { endRound, roundFromDirectory, roundFromStore } from '../../../../lib/cli/storage/round.ts';
import { bootId } from '../../../../lib/node/this-node.ts';
import { readStateFile, writeStateFile } from '../../../../lib/nsm/state-file.ts';
import { readStore } from '../../../../lib/store/index.ts';
import { fileOf } from '../../store/arbitraries.ts';
import { atWorkSince, byHand as byHandOf, damage, leave, SERVICE, thisHolder } from '../by-hand.ts';

const atWork = async () => atWorkSince();

function byHand(...args: Parameters<typeof byHandOf>) {
  const scene = byHandOf(...args);
  return { ...scene, options: { ...scene.options, again: false } };
}

t.test('a round about a store: its clients, and a number that is durable', async (t) => {
  const { options, dir } = byHand(t, ['192.0.2.2']);
  await leave(dir, [fileOf('192.0.2.1')]);
  const { store, round } = await roundFromStore(options, atWork);
  t.match(round, { service: SERVICE, stateNumber: 9, problems: [] });
  t.same(
    round.files.map(({ name }) => name),
    ['192.0.2.1'],
  );
  t.match(round.ledger, [{ client: '192.0.2.1', phase: 'recorded' }]);
  t.same(
    round.present.map(({ name }) => name),
    ['192.0.2.2'],
  );
  t.match(await readStore(dir), { stateNumber: 9, epoch: 2, ended: null });
  t.equal(await endRound(store, [{ type: 'removed', name: 'x' }]), true);
  t.match(await readStore(dir), { ended: { released: false } });
});

t.test('damage that it finds is a problem', async (t) => {
  const { options, dir } = byHand(t);
  await leave(dir, []);
  const problem = damage(dir);
  const { round, store } = await roundFromStore(options, atWork);
  t.same(round.problems, [problem]);
  await store.close();
});

t.test('a store that was taken meanwhile is told so', async (t) => {
  const { options, dir } = byHand(t);
  await leave(dir, []);
  const { store } = await roundFromStore(options, atWork);
  await leave(dir, []);
  t.equal(await endRound(store, []), false);
});

t.test('who has its locks from here is told only where they were released', async (t) => {
  const { options, dir } = byHand(t);
  const holder = thisHolder(await bootId());
  await leave(dir, [fileOf('192.0.2.1'), fileOf('192.0.2.2')], { holder });
  await t.rejects(roundFromStore(options, atWork), {
    code: 'failed',
    message: "nobody is told: 2 clients have their locks from this node's lock manager",
    facts: { cure: /give --again/ },
  });
  t.match(await readStore(dir), { ended: { released: false }, inherited: new Map() }, 'left in order');
  const { store, round } = await roundFromStore({ ...options, again: true }, atWork);
  t.same(round.files.map(({ name }) => name).sort(), ['192.0.2.1', '192.0.2.2']);
  t.same(
    round.ledger.map(({ phase }) => phase),
    ['recorded', 'recorded'],
  );
  t.equal(store.state.current.size, 2, 'and stays recorded');
  await endRound(store, []);
  // Another round for those that have not answered: the others are left alone.
  await leave(dir, [fileOf('192.0.2.1')], { holder, inherited: [fileOf('192.0.2.2')] });
  const next = await roundFromStore(options, atWork);
  t.same(
    next.round.files.map(({ name }) => name),
    ['192.0.2.2'],
  );
  await endRound(next.store, []);
});

t.test('where nobody has any, nobody is told', async (t) => {
  const { options, dir } = byHand(t);
  await leave(dir, [], { holder: thisHolder(await bootId()) });
  const { store, round } = await roundFromStore(options, atWork);
  t.same(round.files, []);
  await store.close();
});

t.test('a round about a statd directory, whose number is durable in its state file', async (t) => {
  const { statd, root } = byHand(t, ['192.0.2.1', '192.0.2.2']);
  mkdirSync(join(statd.sm, 'odd'));
  const first = await roundFromDirectory(statd.path);
  t.match(first, { service: null, ledger: [], present: [], problems: ['odd: is a directory'] });
  t.same(first.files.map(({ name }) => name).sort(), ['192.0.2.1', '192.0.2.2']);
  t.equal(first.stateNumber % 2, 1);
  t.equal(await readStateFile(statd.state), first.stateNumber);
  await writeStateFile(statd.state, first.stateNumber + 1000);
  const second = await roundFromDirectory(statd.path);
  t.equal(second.stateNumber, first.stateNumber + 1002);
  await t.rejects(roundFromDirectory(root), { code: 'bad-parameter', message: /it has no sm\// });
  mkdirSync(join(statd.path, 'state.new'));
  await t.rejects(roundFromDirectory(statd.path), {
    code: 'failed',
    message: /cannot write .*ERR_FS_EISDIR/,
  });
});
