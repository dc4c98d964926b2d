import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { conveyLive, PlacedLines } from '../../../lib/convey/index.ts';
import { formatMonitorRecord } from '../../../lib/nsm/monitor-record.ts';
import { copied } from '../../../lib/store/record-format.ts';
import { fileOf, recordOf } from '../store/arbitraries.ts';

const owner = { uid: 104, gid: 65534 };
const lineOf = (client: string, node = 'n1') => `${formatMonitorRecord(recordOf(client, node))}\n`;

function stage(t: Test) {
  const root = t.testdir({ sm: {} });
  const sm = join(root, 'sm');
  const placedFile = join(root, 'placed.json');
  const ran: string[] = [];
  const done: number[] = [];
  const convey = (files: Parameters<typeof conveyLive>[0]['files'], placed = new PlacedLines(placedFile)) =>
    conveyLive({
      ...{ sm, files, owner, placed, onConveyed: (files) => done.push(files) },
      run: async (command) => {
        ran.push(`${command.join(' ')}: ${readdirSync(sm).sort()}`);
        return '';
      },
    });
  return { root, sm, placedFile, convey, ran, done };
}

t.test('new files are as statd makes them, and durable before and after they are in place', async (t) => {
  const { sm, convey, ran, done, placedFile } = stage(t);
  t.same(await convey([fileOf('10.0.0.1', 1_764_000_000_123)]), []);
  t.same(done, [1]);
  const path = join(sm, '10.0.0.1');
  t.equal(readFileSync(path, 'latin1'), lineOf('10.0.0.1'));
  t.match(statSync(path), { ...owner, mode: 0o100600 });
  t.equal(Math.trunc(statSync(path).mtimeMs), 1_764_000_000_123);
  t.same(ran, [`sync --file-system ${sm}: .lockferry.0`, `sync --file-system ${sm}: 10.0.0.1`]);
  t.same(new PlacedLines(placedFile).standing(), [recordOf('10.0.0.1')], 'the next keeper knows it');
});

t.test("a neighbour's file keeps its mode, owner and lines; ours come after them", async (t) => {
  const { sm, convey } = stage(t);
  const path = join(sm, 'client');
  const theirs = `rubbish\n${lineOf('10.0.0.1', 'n2').trimEnd()}`;
  writeFileSync(path, theirs);
  chmodSync(path, 0o640);
  chownSync(path, 7, 8);
  utimesSync(path, 2_000_000_000, 2_000_000_000);
  const other = { ...recordOf('10.0.0.1', 'n2'), cookie: 'f'.repeat(32) };
  const records = [other, recordOf('10.0.0.1', 'n1'), recordOf('10.0.0.2', 'n1')];
  await convey([{ name: 'client', modified: 1000, records, malformed: [], copy: null }]);
  t.equal(
    readFileSync(path, 'latin1'),
    `${theirs}\n${lineOf('10.0.0.1', 'n1')}${lineOf('10.0.0.2', 'n1')}`,
    'the line of the same client and node is theirs',
  );
  t.match(statSync(path), { uid: 7, gid: 8, mode: 0o100640 });
  t.equal(statSync(path).mtimeMs >= 2_000_000_000_000, true, 'their time stays');
});

t.test(
  'a copy comes in byte for byte, and is known as ours whichever way statd writes it back',
  async (t) => {
    const { sm, convey, placedFile } = stage(t);
    const capitals = lineOf('10.0.0.1').replace('0100007f', '0100007F');
    await convey([copied('10.0.0.1', 1000, `junk\n${capitals}`)]);
    t.equal(readFileSync(join(sm, '10.0.0.1'), 'latin1'), capitals, 'but for what is no record');
    t.equal(new PlacedLines(placedFile).written(fileOf('10.0.0.1', 1000)), null);
    t.equal(new PlacedLines(placedFile).written(copied('10.0.0.1', 1000, capitals)), null);
  },
);

t.test('what is all there is left alone', async (t) => {
  const { sm, convey } = stage(t);
  writeFileSync(join(sm, 'c'), lineOf('c', 'n1'));
  const { ino, mtimeMs } = statSync(join(sm, 'c'));
  await convey([fileOf('c')]);
  t.match(statSync(join(sm, 'c')), { ino, mtimeMs });
});

t.test('broken off at any step, it can be done again, and our lines stay known as ours', async (t) => {
  const files = [fileOf('a'), fileOf('b')];
  for (const breaksAt of [1, 2]) {
    await t.test(`at sync ${breaksAt}`, async (t) => {
      const { sm, placedFile, convey } = stage(t);
      let syncs = 0;
      const run = async () => {
        syncs += 1;
        if (syncs === breaksAt) throw new Error('killed');
        return '';
      };
      await t.rejects(conveyLive({ sm, files, owner, placed: new PlacedLines(placedFile), run }));
      const placed = new PlacedLines(placedFile);
      await convey(files, placed);
      t.same(readdirSync(sm).sort(), ['a', 'b'], 'nothing else is left');
      t.equal(readFileSync(join(sm, 'a'), 'latin1'), lineOf('a'), 'no line is there twice');
      t.equal(placed.written(fileOf('a')), null);
    });
  }
});

t.test('what is unfit is set aside and named, and nothing is followed', async (t) => {
  const { root, sm, convey } = stage(t);
  writeFileSync(join(root, 'secret'), 'x');
  symlinkSync('../secret', join(sm, 'link'));
  mkdirSync(join(sm, 'directory'));
  const names = ['../escaped', '.hidden', 'link', 'directory'];
  const files = [...names.map((name) => ({ ...fileOf('c'), name })), { ...fileOf('empty'), records: [] }];
  t.same(await convey([...files, fileOf('good')]), [
    { name: '../escaped', reason: 'its name starts with a dot' },
    { name: '.hidden', reason: 'its name starts with a dot' },
    { name: 'link', reason: 'is a symbolic link' },
    { name: 'directory', reason: 'is a directory' },
    { name: 'empty', reason: 'it holds no monitor record' },
  ]);
  t.same(readdirSync(sm).sort(), ['directory', 'good', 'link']);
  t.equal(readFileSync(join(root, 'secret'), 'latin1'), 'x');
});

t.test(
  'what statd\u2019s user puts in the place of a file that was read with care is not opened',
  async (t) => {
    const { root, sm, convey } = stage(t);
    const [path, secret] = [join(sm, 'c'), join(root, 'secret')];
    writeFileSync(secret, 'x\n');
    writeFileSync(path, lineOf('c', 'n2'));
    // Asked for when the file has been read and is about to be written.
    const file = {
      ...fileOf('c'),
      get copy() {
        rmSync(path, { force: true });
        symlinkSync(secret, path);
        return null;
      },
    };
    t.same(await convey([file]), []);
    t.equal(readFileSync(path, 'latin1'), lineOf('c', 'n2') + lineOf('c', 'n1'));
    t.equal(readFileSync(secret, 'latin1'), 'x\n');
  },
);

t.test('with the real sync', async (t) => {
  const { sm, placedFile } = stage(t);
  await conveyLive({ sm, files: [fileOf('c')], owner, placed: new PlacedLines(placedFile) });
  t.same(readdirSync(sm), ['c']);
});

t.test('what cannot be looked at is set aside', async (t) => {
  const { sm } = stage(t);
  writeFileSync(join(sm, 'c'), '');
  // Names can be listed there, and no more; an unreadable directory needs no root.
  chmodSync(sm, 0o444);
  const script = `
    import { conveyLive } from ${JSON.stringify(new URL('../../../lib/convey/live.js', import.meta.url).href)};
    process.setegid(65534); process.seteuid(65534);
    const placed = { add() {}, added() {} };
    const run = async () => '';
    const options = { sm: ${JSON.stringify(sm)}, files: [${JSON.stringify(fileOf('c'))}], owner: {}, placed, run };
    console.log(JSON.stringify(await conveyLive(options)));`;
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  t.same(JSON.parse(said), [{ name: 'c', reason: 'cannot be read (EACCES)' }]);
});
