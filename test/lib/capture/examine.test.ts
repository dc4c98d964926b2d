import { lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { examine, isAsSeen, type Seen, unseen } from '../../../lib/capture/examine.ts';
import { EXAMINER } from '../../../lib/nsm/examiner.ts';
import { fileOf } from '../store/arbitraries.ts';
import { lineOf, lockdsLineOf, until } from './sm-directory.ts';

const PATIENCE = 1000;

function look(dir: string, name: string, seen: Seen, patience = PATIENCE) {
  return { ...examine(dir, name, seen, patience), certainty: seen.certainty, problems: seen.problems };
}

t.test('a file is captured once, and again when it is written anew', async (t) => {
  const dir = t.testdir({ a: lineOf('a') });
  const seen = unseen(null);
  t.match(look(dir, 'a', seen), {
    here: true,
    captured: { name: 'a', records: [{ monName: 'a' }], copy: lineOf('a') },
    problems: [],
  });
  t.match(look(dir, 'a', seen), { here: true, captured: null });
  writeFileSync(join(dir, 'a.tmp'), lineOf('a') + lineOf('a', 'n2'));
  renameSync(join(dir, 'a.tmp'), join(dir, 'a'));
  t.match(look(dir, 'a', seen), {
    captured: { records: [{ myName: 'n1' }, { myName: 'n2' }] },
    monitored: [{ myName: 'n2' }],
  });
  rmSync(join(dir, 'a'));
  t.match(look(dir, 'a', seen), { here: false });
});

t.test('of several lines in a file, only some may be written anew', async (t) => {
  const dir = t.testdir({ a: lockdsLineOf('x', '1') + lockdsLineOf('y', '2') });
  const seen = unseen(null);
  t.match(look(dir, 'a', seen), { anew: { records: [{ monName: 'x' }, { monName: 'y' }] } });
  writeFileSync(join(dir, 'a.tmp'), lockdsLineOf('y', '2') + lockdsLineOf('x', '3'));
  renameSync(join(dir, 'a.tmp'), join(dir, 'a'));
  const found = look(dir, 'a', seen);
  t.match(found, { captured: { records: [{}, {}] } });
  t.same(found.here && found.anew?.records.map(({ monName }) => monName), ['x']);
});

t.test('what doctor has statd monitor is no client, until a lock manager wants it as well', async (t) => {
  const dir = t.testdir({ a: lineOf('a', EXAMINER) });
  const seen = unseen(null);
  t.match(look(dir, 'a', seen), { here: false, problems: [] });
  writeFileSync(join(dir, 'a'), lineOf('a', EXAMINER) + lineOf('a'));
  t.match(look(dir, 'a', seen), { here: true, captured: { name: 'a', records: [{}, { myName: 'n1' }] } });
});

t.test('what was read while the clock had not ticked is read again once it has', async (t) => {
  const dir = t.testdir({ a: lineOf('a') });
  const seen = unseen(null);
  t.equal(look(dir, 'a', seen).certainty, 'racy');
  await until(() => look(dir, 'a', seen).certainty === 'settled');
  const { stamp } = seen;
  const settled = {
    here: true,
    captured: null,
    monitored: [],
    anew: null,
    certainty: 'settled',
    problems: [],
  };
  t.same(look(dir, 'a', seen), settled);
  t.equal(seen.stamp, stamp);
});

t.test('a file that is as it was seen need not be read', async (t) => {
  const dir = t.testdir({ a: lineOf('a') });
  const seen = unseen(null);
  const stats = () => lstatSync(join(dir, 'a'));
  t.notOk(isAsSeen(seen, stats()), 'it has never been seen');
  look(dir, 'a', seen);
  const { ctimeMs } = stats();
  t.ok(isAsSeen(seen, stats(), ctimeMs + 1), 'another look is too early to tell more');
  t.notOk(isAsSeen({ ...seen, certainty: 'racy' }, stats(), ctimeMs + 60_000), 'now it may');
  t.ok(isAsSeen({ ...seen, certainty: 'settled' }, stats(), ctimeMs + 60_000));
  t.notOk(isAsSeen({ ...seen, certainty: 'writing' }, stats(), ctimeMs + 60_000));
  writeFileSync(join(dir, 'a'), lineOf('a') + lineOf('b'));
  t.notOk(isAsSeen({ ...seen, certainty: 'settled' }, stats()), 'it has been written since');
});

t.test('what the store has already is no news, unless statd wrote it since', async (t) => {
  const dir = t.testdir({ a: lineOf('a') });
  const first = unseen(null);
  const found = examine(dir, 'a', first, PATIENCE);
  const stored = found.here ? found.captured : null;
  t.match(look(dir, 'a', unseen(stored)), { here: true, captured: null });
  t.match(look(dir, 'a', unseen(fileOf('a', 1))), { captured: { name: 'a' } }, 'another time');
  t.match(look(dir, 'a', unseen(stored && { ...stored, copy: 'junk' })), { captured: { name: 'a' } });
  const records = stored && { ...stored, copy: null };
  t.match(look(dir, 'a', unseen(records)), { here: true, captured: null }, 'of a store without copies, too');
  t.match(look(dir, 'a', unseen(records && { ...records, malformed: ['junk'] })), {
    captured: { name: 'a' },
  });
  t.match(look(dir, 'a', { ...unseen(stored), inode: -1 }), { captured: { name: 'a' } }, 'another file');
});

t.test('half-written: nothing for a while, then what there is, and what is wrong with it', async (t) => {
  const cases = {
    '': { problems: ['is empty'], captured: null },
    junk: { problems: [/^line 1: /, 'its last line has no end'], captured: null },
    'junk\n': { problems: [/^line 1: /, 'holds no monitor record'], captured: null },
    [`${lineOf('a')}${lineOf('b').slice(0, -1)}`]: {
      problems: ['its last line has no end'],
      captured: { records: [{ monName: 'a' }, { monName: 'b' }] },
    },
  };
  for (const [text, expected] of Object.entries(cases)) {
    const dir = t.testdir({ a: text });
    const seen = unseen(null);
    t.match(look(dir, 'a', seen), { here: true, captured: null, certainty: 'writing', problems: [] });
    t.match(look(dir, 'a', seen, 0), { here: true, certainty: 'overdue', ...expected }, JSON.stringify(text));
    t.match(look(dir, 'a', seen, 0), { here: true, certainty: 'overdue', captured: null });
    writeFileSync(join(dir, 'a'), lineOf('late'));
    t.match(look(dir, 'a', seen), { captured: { records: [{ monName: 'late' }] }, problems: [] });
    t.equal(seen.writingSince, null);
  }
});

t.test('a bad line among good ones is named, and kept', async (t) => {
  const dir = t.testdir({ a: `${lineOf('a')}junk\n` });
  t.match(look(dir, 'a', unseen(null)), {
    captured: { records: [{ monName: 'a' }], malformed: ['junk'] },
    problems: [/^line 2: monitor record/],
  });
});

t.test('temporary, hidden and strange names', async (t) => {
  const dir = t.testdir({
    a: lineOf('a'),
    'a.new': 'half',
    'b.new': lineOf('b'),
    '.a.new': '',
    'two words': lineOf('x'),
  });
  t.match(look(dir, '.a.new', unseen(null)), { here: false });
  t.match(look(dir, 'a.new', unseen(null)), { here: false }, 'will be renamed over its sibling');
  const lonely = unseen(null);
  t.match(look(dir, 'b.new', lonely), { captured: { name: 'b.new', records: [{ monName: 'b' }] } });
  writeFileSync(join(dir, 'b'), lineOf('b'));
  t.match(look(dir, 'b.new', lonely), { here: true }, 'it has no sibling, but a namesake');
  writeFileSync(join(dir, 'c.new'), 'half');
  t.match(look(dir, 'c.new', unseen(null), 0), {
    captured: null,
    problems: [/^line 1: /, 'its last line has no end'],
  });
  t.match(look(dir, 'two words', unseen(null)), { captured: null, problems: [/white space/] });
});

t.test('what statd did not make is set aside, once', async (t) => {
  const dir = t.testdir({});
  mkdirSync(join(dir, 'dir'));
  symlinkSync('/etc/passwd', join(dir, 'link'));
  t.match(look(dir, 'dir', unseen(null)), {
    captured: null,
    problems: ['is a directory'],
    certainty: 'settled',
  });
  const seen = unseen(null);
  t.match(look(dir, 'link', seen), { captured: null, problems: ['is a symbolic link'] });
  t.match(look(dir, 'link', seen), { captured: null, problems: ['is a symbolic link'] });
});

t.test('what cannot be looked at is there, and looked at again until it can', async (t) => {
  const dir = join(t.testdir({ sm: { a: lineOf('a') } }), 'sm');
  const seen = unseen(null);
  look(dir, 'a', seen);
  renameSync(dir, `${dir}.old`);
  writeFileSync(dir, '');
  t.match(look(dir, 'a', seen), {
    here: true,
    captured: null,
    certainty: 'overdue',
    problems: ['cannot be read (ENOTDIR)'],
  });
  rmSync(dir);
  renameSync(`${dir}.old`, dir);
  t.match(look(dir, 'a', seen), { here: true, captured: null, problems: [] }, 'and is no news');
});
