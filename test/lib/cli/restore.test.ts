import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { restore } from '../../../lib/cli/restore.ts';
import { fileOf } from '../store/arbitraries.ts';
import { byHand, leave, SERVICE } from './by-hand.ts';
import { slowStorage, terminal } from './reports.ts';

t.test('a store becomes a statd directory', async (t) => {
  const { dir, statd, root, means } = byHand(t);
  await leave(dir, [fileOf('192.0.2.1')]);
  const options = { sharedDir: dir, statdDir: statd.path, takeOver: false, live: false };
  const { written, ...streams } = terminal();
  t.equal(await restore({ ...options, to: join(root, 'one'), json: false }, streams, means), 0);
  t.equal(written.out, `${SERVICE}: 1 clients conveyed to ${join(root, 'one')}, state 9\n`);
  t.same(readdirSync(join(root, 'one/sm')), ['192.0.2.1']);
});

t.test('what cannot be conveyed is said, and is a failure', async (t) => {
  const { dir, statd, root, means } = byHand(t);
  await leave(dir, [fileOf('.hidden')]);
  const options = { sharedDir: dir, statdDir: statd.path, takeOver: false, live: false };
  const { written, ...streams } = terminal();
  t.equal(await restore({ ...options, to: join(root, 'one'), json: false }, streams, means), 1);
  t.match(written.out, /0 clients conveyed[^\n]*\n {2}set aside: \.hidden: its name starts with a dot\n$/);
  written.out = '';
  t.equal(await restore({ ...options, to: join(root, 'two'), json: true }, streams, means), 1);
  t.match(JSON.parse(written.out), { clients: [], epoch: 3, to: join(root, 'two'), problems: [/^\.hidden/] });
});

t.test("where it goes into statd's own directory, no other is named", async (t) => {
  const { dir, statd, means } = byHand(t);
  const program = `process.send('started'); process.on('message', ({ id, input: { to } }) => {
    const value = { service: 'nfs', clients: [], stateNumber: 9, to: 'sm', problems: [String(to)] };
    process.send({ id, fault: null, value });
  });`;
  const storage = join(t.testdir({ 'storage.cjs': program }), 'storage.cjs');
  const options = { sharedDir: dir, statdDir: statd.path, takeOver: false, json: true };
  const { written, ...streams } = terminal();
  t.equal(await restore({ ...options, live: true, to: undefined }, streams, { ...means, storage }), 1);
  t.match(JSON.parse(written.out), { problems: ['null'] });
});

t.test('where it takes long, a person sees how far it is, and a program does not', async (t) => {
  const { dir, statd, means } = byHand(t);
  const storage = slowStorage(t, { service: 'nfs', clients: [], stateNumber: 9, to: 'sm', problems: [] });
  const options = { sharedDir: dir, statdDir: statd.path, takeOver: false, live: true, to: undefined };
  for (const json of [false, true]) {
    const { written, ...streams } = terminal();
    t.equal(await restore({ ...options, json }, streams, { ...means, storage }), 0);
    t.equal(written.err, json ? '' : 'lockferry: 2 of 3 files examined\n');
  }
});
