import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { endRound, roundFromDirectory, roundFromStore } from '../../../../lib/cli/storage/round.ts';
import { readStateFile, writeStateFile } from '../../../../lib/nsm/state-file.ts';
import { readStore } from '../../../../lib/store/index.ts';
import { fileOf } from '../../store/arbitraries.ts';
import { atWorkSince, byHand, damage, leave, SERVICE } from '../by-hand.ts';

const atWork = async () => atWorkSince();

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
