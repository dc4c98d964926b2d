import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { unfitness } from '../../../lib/convey/file-name.ts';
import { conveyPrivate, readConveyed, removePrivate } from '../../../lib/convey/index.ts';
import { readStateFile } from '../../../lib/nsm/state-file.ts';
import { unitedByName } from '../../../lib/store/index.ts';
import { copied } from '../../../lib/store/record-format.ts';
import { copy, file, fileOf, recordOf } from '../store/arbitraries.ts';

const owner = { uid: 104, gid: 65534 };

t.test('each file is made again from its records, as statd would have left it', async (t) => {
  const dir = join(t.testdir({}), 'statd');
  const shared = {
    ...fileOf('client', 1_764_000_000_123),
    records: [recordOf('10.0.0.1'), recordOf('10.0.0.1', 'n2')],
  };
  const files = [shared, fileOf('fd00::5', 1_600_000_000_000)];
  const done: number[] = [];
  const onConveyed = (files: number) => done.push(files);
  t.same(await conveyPrivate({ dir, files, stateNumber: 1_764_000_001, owner, onConveyed }), []);
  t.same(done, [1, 2]);
  const client = join(dir, 'sm/client');
  t.equal(
    readFileSync(client, 'latin1'),
    `0100007f 000186b5 00000004 00000010 ${'0'.repeat(32)} 10.0.0.1 n1\n` +
      `0100007f 000186b5 00000004 00000010 ${'0'.repeat(32)} 10.0.0.1 n2\n`,
  );
  t.match(statSync(client), { ...owner, mode: 0o100600 });
  t.equal(Math.trunc(statSync(client).mtimeMs), 1_764_000_000_123);
  t.equal(await readStateFile(join(dir, 'state')), 1_764_000_001);
  const read = await readConveyed(dir);
  t.same(
    read.files.sort((one, other) => other.modified - one.modified).map((file) => ({ ...file, copy: null })),
    files,
  );
  t.same(read.setAside, []);
});

t.test(
  'a copy is conveyed byte for byte, and a line of it that is no record is left out and named',
  async (t) => {
    const dir = join(t.testdir({}), 'statd');
    const line = `0100007F 000186B5 00000003 00000010 ${'0123456789abcdef'.repeat(2)} 10.0.0.1 n1\n`;
    const files = [copied('whole', 1, line), copied('cut', 1, `${line}0100007f 0001`)];
    t.same(await conveyPrivate({ dir, files, stateNumber: 3, owner }), [
      { name: 'cut', reason: '1 of its lines are no monitor records' },
    ]);
    for (const name of ['whole', 'cut']) t.equal(readFileSync(join(dir, 'sm', name), 'latin1'), line, name);
  },
);

t.test('any store can be conveyed: what comes back is what was fit to go', async (t) => {
  const dir = join(t.testdir({}), 'statd');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(file, copy)), async (files) => {
      const setAside = await conveyPrivate({ dir, files, stateNumber: 3, owner });
      const united = [...unitedByName(files)];
      const fit = united.filter((one) => one.records.length > 0 && unfitness(one.name) === undefined);
      const read = await readConveyed(dir);
      const sorted = (list: typeof files) =>
        list.map(({ name, modified, records }) => JSON.stringify({ name, modified, records })).sort();
      t.same(sorted(read.files), sorted(fit));
      const cut = fit.filter((one) => one.malformed.length > 0);
      t.equal(setAside.length, united.length - fit.length + cut.length);
    }),
    { numRuns: 60 },
  );
});

t.test('what is unfit is set aside and named, and all others go on', async (t) => {
  const top = t.testdir({});
  const dir = join(top, 'statd');
  const files = ['../escaped', '/etc/x', '.hidden', '', 'good'].map((name) => ({ ...fileOf('c'), name }));
  const empty = { ...fileOf('empty'), records: [] };
  const setAside = await conveyPrivate({ dir, files: [...files, empty], stateNumber: 3, owner });
  t.same(
    setAside.map(({ name }) => name),
    ['../escaped', '/etc/x', '.hidden', '', 'empty'],
  );
  t.same(readdirSync(join(dir, 'sm')), ['good']);
  t.same(readdirSync(top), ['statd']);
});

t.test('what an earlier recovery left is gone; files of one name are united', async (t) => {
  const dir = join(t.testdir({}), 'statd');
  await conveyPrivate({ dir, files: [fileOf('old')], stateNumber: 3, owner });
  writeFileSync(join(dir, 'sm.bak/old'), '');
  await conveyPrivate({ dir, files: [fileOf('new'), fileOf('new', 5, 'n2')], stateNumber: 5, owner });
  const { files } = await readConveyed(dir);
  t.same(
    files.map(({ name, records }) => [name, records.length]),
    [['new', 2]],
  );
  t.same(readdirSync(join(dir, 'sm.bak')), []);
  await removePrivate(dir);
  t.notOk(existsSync(dir), 'and all of it can be removed');
});

t.test('what somebody put there is neither believed nor followed', async (t) => {
  const dir = join(t.testdir({ secret: 'x' }), 'statd');
  await conveyPrivate({ dir, files: [fileOf('a')], stateNumber: 3, owner });
  symlinkSync('../../secret', join(dir, 'sm/link'));
  t.match(await readConveyed(dir), {
    files: [{ name: 'a' }],
    setAside: [{ name: 'link', reason: 'is a symbolic link' }],
  });
});
