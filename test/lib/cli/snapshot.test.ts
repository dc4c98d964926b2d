import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type SnapshotOptions, snapshot } from '../../../lib/cli/snapshot.ts';
import { readStore } from '../../../lib/store/index.ts';
import { fileOf } from '../store/arbitraries.ts';
import { byHand, leave, SERVICE } from './by-hand.ts';
import { slowStorage, terminal } from './reports.ts';

t.test('a capture is durable, and says what it did', async (t) => {
  const { dir, statd, means } = byHand(t, ['192.0.2.1']);
  writeFileSync(join(statd.sm, 'bad'), 'rubbish\n');
  const options: SnapshotOptions = {
    ...{ sharedDir: dir, service: SERVICE, statdDir: statd.path, takeOver: false, json: false },
  };
  const { written, ...streams } = terminal();
  t.equal(await snapshot(options, streams, means), 0);
  t.match(written.out, /^nfs-\d+: 1 clients in epoch 1: 1 written\n {2}set aside: bad: line 1/);
  written.out = '';
  t.equal(await snapshot({ ...options, service: undefined, json: true }, streams, means), 0);
  t.match(JSON.parse(written.out), {
    service: SERVICE,
    epoch: 2,
    clients: 1,
    captured: [],
    back: [],
    waiting: 0,
  });
  t.equal((await readStore(dir)).current.size, 1);
});

t.test('former clients are counted', async (t) => {
  const { dir, statd, means } = byHand(t, []);
  await leave(dir, [fileOf('192.0.2.9')]);
  const { written, ...streams } = terminal();
  const more = { service: undefined, statdDir: statd.path, json: false };
  await t.rejects(snapshot({ sharedDir: dir, takeOver: false, ...more }, streams, means), {
    code: 'not-ours',
  });
  t.equal(await snapshot({ sharedDir: dir, takeOver: true, ...more }, streams, means), 0);
  t.match(written.out, /: 0 clients in epoch 2: 0 written, 1 former ones not back\n$/);
});

t.test('without a statd directory there is nothing to capture', async (t) => {
  const { dir, means } = byHand(t);
  const options = { sharedDir: dir, service: SERVICE, takeOver: false, json: true };
  const { written, ...streams } = terminal();
  await t.rejects(snapshot({ ...options, statdDir: join(dir, 'none') }, streams, means), {
    code: 'bad-node',
  });
  t.equal(written.out, '');
});

t.test('where it takes long, a person sees how far it is, and a program does not', async (t) => {
  const { dir, statd, means } = byHand(t);
  const none = { captured: [], back: [], missed: [], removed: [], waiting: 0, problems: [] };
  const storage = slowStorage(t, { service: 'nfs', epoch: 1, clients: 3, ...none });
  const options = { sharedDir: dir, service: SERVICE, statdDir: statd.path, takeOver: false };
  for (const json of [false, true]) {
    const { written, ...streams } = terminal();
    t.equal(await snapshot({ ...options, json }, streams, { ...means, storage }), 0);
    t.equal(written.err, json ? '' : 'lockferry: 2 of 3 files examined\n');
  }
});
