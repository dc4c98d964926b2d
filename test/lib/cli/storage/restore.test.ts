import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { restoreStore } from '../../../../lib/cli/storage/restore.ts';
import { bootId } from '../../../../lib/node/this-node.ts';
import { readStateFile } from '../../../../lib/nsm/state-file.ts';
import { readStore } from '../../../../lib/store/index.ts';
import { fileOf } from '../../store/arbitraries.ts';
import { atWorkSince, byHand, leave, SERVICE, thisHolder } from '../by-hand.ts';

const means = { atWork: async () => atWorkSince() };

t.test(
  'what another node left becomes a statd directory, with a number that nobody uses again',
  async (t) => {
    const { options, dir, root } = byHand(t);
    await leave(dir, [fileOf('192.0.2.1'), fileOf('../evil')]);
    const to = join(root, 'conveyed');
    const restored = await restoreStore({ ...options, service: null, to }, means);
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
