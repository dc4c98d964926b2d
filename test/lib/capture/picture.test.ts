import { chmodSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { Picture } from '../../../lib/capture/picture.ts';
import type { StoredFile } from '../../../lib/store/index.ts';
import { fileOf } from '../store/arbitraries.ts';
import { lineOf, smDirectory, until } from './sm-directory.ts';

const names = (files: readonly { name: string }[]) => files.map(({ name }) => name).sort();

/** Waits until the clock that dates files must have ticked, and looks once more. */
async function settled(picture: Picture): Promise<void> {
  await setTimeout(30);
  await until(async () => {
    await picture.look();
    return !picture.restless;
  });
}

/** Makes time fly: a glance is over when it has examined one name. */
function hurry(t: Test): void {
  let now = performance.now();
  t.capture(performance, 'now', () => {
    now += 10;
    return now;
  });
}

t.test('what is new is captured, each once', async (t) => {
  const directory = smDirectory(t.testdir({}), {
    a: lineOf('a'),
    '.hidden': '',
    'a.new': '',
    b: lineOf('b'),
  });
  let examined = 0;
  const onExamined = (names: number) => {
    examined = names;
  };
  const picture = new Picture({ directory, onExamined });
  const first = await picture.look();
  t.equal(examined, 4);
  t.match(first, { absent: [], present: 2, problems: [], directory: 'present', writing: false });
  t.same(names(first.captured), ['a', 'b']);
  await settled(picture);
  writeFileSync(join(directory.sm, 'c'), lineOf('c'));
  t.same(names((await picture.look()).captured), ['c']);
  t.same((await picture.look()).captured, []);
});

t.test('what is absent stays so until it is back or forgotten', async (t) => {
  const directory = smDirectory(t.testdir({}), { a: lineOf('a'), b: lineOf('b') });
  const picture = new Picture({ directory });
  await settled(picture);
  rmSync(join(directory.sm, 'a'));
  rmSync(join(directory.sm, 'b'));
  t.match(await picture.look(), { absent: ['a', 'b'], present: 0 });
  picture.agenda.touchAll();
  t.same((await picture.look()).absent, ['a', 'b']);
  writeFileSync(join(directory.sm, 'a'), lineOf('a'));
  const again = await picture.look();
  t.same(
    [names(again.captured), again.absent],
    [['a'], ['b']],
    'written anew: captured anew, though the same',
  );
  t.match(again.monitored, [{ monName: 'a' }], 'by a lock manager who has it monitored');
  picture.forget(['a', 'b', 'never there']);
  t.same((await picture.look()).absent, []);
  t.same((await picture.look()).captured, [], 'what was there was not forgotten');
});

t.test('what went to sm.bak/ was not removed, not even when it goes from there', async (t) => {
  const directory = smDirectory(t.testdir({}), { a: lineOf('a'), b: lineOf('b'), c: lineOf('c') });
  const picture = new Picture({ directory });
  await settled(picture);
  renameSync(join(directory.sm, 'a'), join(directory.smBak, 'a'));
  t.same((await picture.look()).absent, []);
  rmSync(join(directory.smBak, 'a'));
  t.same((await picture.look()).absent, []);
  // Moved and told between two looks: only that sm.bak/ changed tells of it.
  renameSync(join(directory.sm, 'b'), join(directory.smBak, 'b'));
  rmSync(join(directory.smBak, 'b'));
  t.same((await picture.look()).absent, []);
  await settled(picture);
  rmSync(join(directory.sm, 'c'));
  t.same((await picture.look()).absent, ['c']);
  writeFileSync(join(directory.sm, 'a'), lineOf('a'));
  await picture.look();
  rmSync(join(directory.sm, 'a'));
  t.same((await picture.look()).absent, ['a', 'c'].reverse(), 'there again since');
});

t.test('where there is no sm.bak/, nothing can have gone there', async (t) => {
  const directory = smDirectory(t.testdir({}), { a: lineOf('a') });
  rmSync(directory.smBak, { recursive: true });
  const picture = new Picture({ directory });
  await picture.look();
  rmSync(join(directory.sm, 'a'));
  t.same((await picture.look()).absent, ['a']);
});

t.test('a directory that was put in the place of another removes nothing', async (t) => {
  const top = t.testdir({});
  const directory = smDirectory(top, { a: lineOf('a'), b: lineOf('b') });
  const picture = new Picture({ directory });
  await picture.look();
  renameSync(directory.sm, join(top, 'old'));
  t.same(await picture.look(), {
    captured: [],
    monitored: [],
    anew: [],
    absent: [],
    present: 0,
    problems: [],
    directory: 'missing',
    writing: false,
  });
  smDirectory(top, { b: lineOf('b'), c: lineOf('c') });
  const look = await picture.look();
  t.same([names(look.captured), look.absent], [['b', 'c'], []]);
  await settled(picture);
  rmSync(join(directory.sm, 'b'));
  t.same((await picture.look()).absent, ['b'], 'what was seen in the new one can go from it');
});

t.test('what the store knows is no news, and absent only from where it was seen', async (t) => {
  const directory = smDirectory(t.testdir({}), { a: lineOf('a') });
  const stored = (await new Picture({ directory }).look()).captured;
  const known = [...stored, fileOf('gone')];
  const picture = new Picture({ directory, known });
  await settled(picture);
  const { captured, absent, present } = await picture.look();
  t.same(
    { captured, absent, present },
    { captured: [], absent: [], present: 1 },
    'it may have gone in any way',
  );
  const believing = await new Picture({ directory, known, knownHere: true }).look();
  t.same([believing.captured, believing.absent], [[], ['gone']]);
  writeFileSync(join(directory.sm, 'gone'), lineOf('gone'));
  await picture.look();
  await settled(picture);
  for (const name of ['a', 'gone']) rmSync(join(directory.sm, name));
  t.same([...(await picture.look()).absent].sort(), ['a', 'gone'], 'it has seen both by now');
});

t.test('where there is no directory yet, nothing was seen in it', async (t) => {
  const top = t.testdir({});
  const directory = smDirectory(top);
  rmSync(directory.sm, { recursive: true });
  const picture = new Picture({ directory, known: [fileOf('a')], knownHere: true });
  smDirectory(top);
  t.same((await picture.look()).absent, []);
});

t.test('what is wrong is named each time, until it is right', async (t) => {
  const directory = smDirectory(t.testdir({}), { a: `${lineOf('a')}junk\n`, 'two words': '', empty: '' });
  mkdirSync(join(directory.sm, 'dir'));
  const picture = new Picture({ directory, patience: 5 });
  t.match(await picture.look(), { writing: true });
  t.ok(picture.restless);
  await until(async () => (await picture.look()).problems.length === 4);
  const { problems, writing } = await picture.look();
  t.same(names(problems), ['a', 'dir', 'empty', 'two words']);
  t.notOk(writing);
  await until(async () => {
    await picture.look();
    return !picture.restless;
  });
  writeFileSync(join(directory.sm, 'empty'), lineOf('late'));
  t.same(
    names((await picture.look()).captured),
    ['empty'],
    'in place: no entry of the directory has changed',
  );
  rmSync(directory.sm, { recursive: true });
  smDirectory(directory.path, { a: lineOf('a') });
  t.same((await picture.look()).problems, []);
});

t.test('a temporary file comes and goes without a word', async (t) => {
  const directory = smDirectory(t.testdir({}), { a: lineOf('a') });
  const picture = new Picture({ directory });
  await settled(picture);
  writeFileSync(join(directory.sm, 'a.new'), lineOf('a').repeat(2).slice(0, -9));
  const during = await picture.look();
  t.same([during.captured, during.problems, during.writing], [[], [], false]);
  writeFileSync(join(directory.sm, 'a.new'), lineOf('a').repeat(2));
  renameSync(join(directory.sm, 'a.new'), join(directory.sm, 'a'));
  const look = await picture.look();
  t.same([names(look.captured), look.absent, look.problems, look.writing], [['a'], [], [], false]);
});

t.test('a client whose name ends like that of a temporary file is one', async (t) => {
  const directory = smDirectory(t.testdir({}), { 'host.new': lineOf('10.0.0.1') });
  const picture = new Picture({ directory });
  await settled(picture);
  t.same(names((await new Picture({ directory }).look()).captured), ['host.new']);
  writeFileSync(join(directory.sm, 'host'), lineOf('10.0.0.2'));
  const { captured, absent, present } = await picture.look();
  t.same([names(captured), absent, present], [['host'], [], 2]);
});

t.test('many files are looked at in turns with others, and one look at a time', async (t) => {
  const many = Object.fromEntries(
    Array.from({ length: 800 }, (_, index) => [`c${index}`, lineOf(`c${index}`)]),
  );
  const picture = new Picture({ directory: smDirectory(t.testdir({}), many) });
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 1);
  const [one, other] = await Promise.all([picture.look(), picture.look()]);
  clearInterval(timer);
  t.equal(one.captured.length, 800);
  t.equal(other.captured.length, 0);
  t.ok(turns > 0);
});

t.test('a glance is short; the next one goes on, with what was touched meanwhile first', async (t) => {
  const directory = smDirectory(t.testdir({}), { a: lineOf('a'), b: lineOf('b'), c: lineOf('c') });
  const picture = new Picture({ directory });
  picture.agenda.watched = true;
  hurry(t);
  const first = await picture.glance();
  t.match(first, { captured: { length: 1 }, more: true });
  writeFileSync(join(directory.sm, 'new'), lineOf('new'));
  picture.agenda.touch('new');
  t.match(await picture.glance(), { captured: [{ name: 'new' }], more: true });
  const { captured } = await picture.look();
  t.same([...names(first.captured), ...names(captured)].sort(), ['a', 'b', 'c']);
});

t.test(
  'what was written just now is looked at again when its time stamp says something, and no sooner',
  async (t) => {
    const directory = smDirectory(t.testdir({}), { a: lineOf('a') });
    const picture = new Picture({ directory });
    picture.agenda.watched = true;
    let now = Date.now();
    t.capture(Date, 'now', () => now);
    await picture.look();
    const { ctimeMs } = statSync(join(directory.sm, 'a'));
    now = ctimeMs + 1;
    writeFileSync(join(directory.sm, 'a'), lineOf('a') + lineOf('b'));
    await picture.glance();
    t.ok(picture.restless, 'nobody has touched it, and it is too early');
    now = ctimeMs + 10_000;
    t.match((await picture.glance()).captured, [{ name: 'a', records: { length: 2 } }]);
    t.notOk(picture.restless);
  },
);

t.test('while clients come, certainty about those before waits, but not for ever', async (t) => {
  const directory = smDirectory(t.testdir({}));
  const picture = new Picture({ directory });
  picture.agenda.watched = true;
  let now = Date.now();
  t.capture(Date, 'now', () => now);
  const put = (name: string, lines: number) =>
    writeFileSync(join(directory.sm, name), lineOf(name).repeat(lines));
  const come = async (name: string) => {
    put(name, 1);
    picture.agenda.touch(name);
    return names((await picture.glance()).captured);
  };
  await picture.look();
  t.same(await come('a'), ['a']);
  const { ctimeMs } = statSync(join(directory.sm, 'a'));
  put('a', 2);
  now = ctimeMs + 1500;
  t.same(await come('b'), ['b']);
  t.same(names((await picture.look()).captured), ['a'], 'a look leaves nothing out');
  now = ctimeMs;
  t.same(await come('c'), ['c']);
  put('c', 2);
  now = ctimeMs + 60_000;
  t.same(await come('d'), ['c', 'd']);
});

t.test('what goes to sm.bak/ while everything is being looked at was not removed', async (t) => {
  const many = ['a', 'b', 'c', 'd'];
  const directory = smDirectory(t.testdir({}), Object.fromEntries(many.map((name) => [name, ''])));
  const picture = new Picture({ directory, known: many.map((name) => fileOf(name)) });
  await settled(picture);
  hurry(t);
  for (const name of many) {
    renameSync(join(directory.sm, name), join(directory.smBak, name));
    rmSync(join(directory.smBak, name));
  }
  await setTimeout(30);
  picture.agenda.touchAll();
  t.ok((await picture.glance()).more);
  const { absent, present } = await picture.look();
  t.same({ absent, present }, { absent: [], present: 0 });
});

t.test('a directory that is replaced while it is looked at is not believed', async (t) => {
  const top = t.testdir({});
  const many = ['a', 'b', 'c', 'd', 'e'];
  const directory = smDirectory(top, Object.fromEntries(many.map((name) => [name, ''])));
  const picture = new Picture({ directory, known: many.map((name) => fileOf(name)) });
  let before = 2 + many.length / 2;
  t.capture(performance, 'now', () => {
    before -= 1;
    if (before > 0 || before <= -1) return 0;
    renameSync(directory.sm, join(top, 'old'));
    smDirectory(top);
    return 0;
  });
  t.same((await picture.glance()).absent, [], 'not those that were still to be examined');
  t.same((await picture.look()).absent, [], 'nor later, for they were never seen in the new one');
});

t.test("lines that are not statd's are not captured", async (t) => {
  const directory = smDirectory(t.testdir({}), {
    ours: lineOf('ours'),
    both: lineOf('both'),
    a: lineOf('a'),
  });
  const gone: string[] = [];
  let refreshed = 0;
  const exempt = {
    refresh: () => {
      refreshed += 1;
    },
    written: (files: readonly StoredFile[]) =>
      files.filter(({ name }) => name !== 'ours').map((file) => ({ ...file, modified: 7 })),
    gone: (names: Iterable<string>) => void gone.push(...names),
  };
  const picture = new Picture({ directory, exempt });
  const { captured, anew } = await picture.look();
  t.equal(refreshed, 0, 'nothing was missing');
  t.same(anew.flatMap(({ records }) => records.map(({ monName }) => monName)).sort(), ['a', 'both']);
  t.same(names(captured), ['a', 'both']);
  t.ok(
    captured.every(({ modified }) => modified === 7),
    'but what statd wrote of them',
  );
  await settled(picture);
  rmSync(join(directory.sm, 'ours'));
  rmSync(join(directory.sm, 'a'));
  await picture.look();
  t.same(gone.sort(), ['a', 'ours']);
  t.equal(refreshed, 1, 'asked once what others have placed since');
});

t.test('what was placed before it was asked for is not gone', async (t) => {
  const directory = smDirectory(t.testdir({}), { a: lineOf('a') });
  const gone: string[] = [];
  const picture = new Picture({
    directory,
    exempt: {
      refresh: () => writeFileSync(join(directory.sm, 'a'), lineOf('a')),
      written: (files) => [...files],
      gone: (names) => void gone.push(...names),
    },
  });
  await settled(picture);
  rmSync(join(directory.sm, 'a'));
  t.match(await picture.look(), { captured: [{ name: 'a' }], absent: [] });
  t.same(gone, []);
});

t.test('a file stands as it was seen until it is written anew or gone', async (t) => {
  const directory = smDirectory(t.testdir({}), {
    client: lineOf('client'),
    half: lineOf('half').slice(0, 20),
  });
  const picture = new Picture({ directory });
  t.notOk(picture.stands('client'), 'nobody has looked');
  await picture.look();
  t.ok(picture.stands('client'));
  t.notOk(picture.stands('half'), 'it is being written');
  t.notOk(picture.stands('nobody'));
  writeFileSync(join(directory.sm, 'client'), lineOf('client').repeat(2));
  t.notOk(picture.stands('client'));
  await picture.look();
  t.ok(picture.stands('client'));
  rmSync(join(directory.sm, 'client'));
  t.notOk(picture.stands('client'));
  await picture.look();
  writeFileSync(join(directory.sm, 'client'), lineOf('client').repeat(2));
  t.notOk(picture.stands('client'), 'it is another one');
});

t.test('a name that cannot be looked at is there, and hinders nobody', async (t) => {
  const name = 'y'.repeat(300);
  const directory = smDirectory(t.testdir({}), { a: lineOf('a') });
  const picture = new Picture({ directory, known: [fileOf(name)] });
  t.match(await picture.look(), {
    captured: [{ name: 'a' }],
    absent: { length: 0 },
    present: 2,
    problems: [{ name, reason: 'cannot be read (ENAMETOOLONG)' }],
    writing: false,
  });
  t.notOk(picture.stands(name));
});

t.test('who was absent when he could not be looked at is so only when he has been seen again', async (t) => {
  const directory = smDirectory(t.testdir({}), { a: lineOf('a') });
  const picture = new Picture({ directory });
  await settled(picture);
  rmSync(join(directory.sm, 'a'));
  t.same((await picture.look()).absent, ['a']);
  // To whoever is not root, names in there can be listed, and no more.
  chmodSync(directory.sm, 0o444);
  process.seteuid?.(65534);
  picture.agenda.touchAll();
  const blind = await picture.look();
  process.seteuid?.(0);
  chmodSync(directory.sm, 0o755);
  t.match(blind, { absent: { length: 0 }, present: 1, problems: [{ reason: 'cannot be read (EACCES)' }] });
  picture.agenda.touchAll();
  const { absent, present, problems } = await picture.look();
  t.same({ absent, present, problems }, { absent: [], present: 0, problems: [] });
  writeFileSync(join(directory.sm, 'a'), lineOf('a'));
  await picture.look();
  rmSync(join(directory.sm, 'a'));
  t.same((await picture.look()).absent, ['a']);
});

t.test('what may be in a sm.bak/ that cannot be looked at was not removed', async (t) => {
  const directory = smDirectory(t.testdir({}), { a: lineOf('a') });
  rmSync(directory.smBak, { recursive: true });
  writeFileSync(directory.smBak, '');
  const picture = new Picture({ directory });
  await picture.look();
  rmSync(join(directory.sm, 'a'));
  t.same((await picture.look()).absent, []);
});
