import { join } from 'node:path';
import t from 'tap';
import { createTasks } from '../../../../lib/cli/storage/tasks.ts';
import { readStore } from '../../../../lib/store/index.ts';
import { fileOf } from '../../store/arbitraries.ts';
import { atWorkSince, byHand, leave } from '../by-hand.ts';

const atWork = async () => atWorkSince();

t.test('a store is read, captured into, and restored from', async (t) => {
  const { options, dir, root } = byHand(t, ['192.0.2.1']);
  const tasks = createTasks(atWork);
  t.match(await tasks.capture({ ...options, graceOver: false, apart: 50 }), { clients: 1 });
  t.equal((await tasks.read(dir)).current.size, 1);
  t.match(await tasks.restore({ ...options, to: join(root, 'to') }), { clients: ['192.0.2.1'] });
});

t.test('a round about a store ends in it', async (t) => {
  const { options, dir } = byHand(t);
  await leave(dir, [fileOf('192.0.2.1')]);
  const tasks = createTasks(atWork);
  const { ledger } = await tasks.beginRound({ ...options, again: false });
  await tasks.note(ledger.map((entry) => ({ type: 'noted', entry: { ...entry, phase: 'told' } })));
  t.equal((await readStore(dir)).ledger.get('192.0.2.1')?.phase, 'told');
  t.equal(await tasks.endRound([]), true);
});

t.test('a round about a directory has no ledger', async (t) => {
  const { statd } = byHand(t, ['192.0.2.1']);
  const tasks = createTasks(atWork);
  t.equal((await tasks.beginRoundFrom(statd.path)).files.length, 1);
  await tasks.note([]);
  t.equal(await tasks.endRound([]), true);
});
