import { EventEmitter } from 'node:events';
import { type FSWatcher, watch as inotify, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Picture } from '../../../lib/capture/picture.ts';
import { type Inotify, type WatchOptions, watchPicture } from '../../../lib/capture/watch.ts';
import { dateBack, lineOf, quiet, smDirectory, until } from './sm-directory.ts';

/** A keeper in small: it looks when it is woken, one look at a time, and keeps what it finds. */
/** A watch that hears nothing. */
class Deaf extends EventEmitter {
  close(): void {}
}

function follow(
  t: Test,
  picture: Picture,
  { interval = 20, ...more }: Partial<WatchOptions> & { readonly interval?: number } = {},
) {
  const found = { captured: [] as string[], wakes: 0, looks: 0 };
  let due = false;
  let looking = false;
  const wake = async () => {
    found.wakes += 1;
    due = true;
    if (looking) return;
    looking = true;
    while (due) {
      due = false;
      const { captured } = await picture.look();
      found.looks += 1;
      found.captured.push(...captured.map(({ name }) => name));
    }
    looking = false;
  };
  const watch = watchPicture({ picture, wake, ...more });
  const checking = setInterval(watch.check, interval);
  t.teardown(() => {
    clearInterval(checking);
    watch.close();
  });
  return Object.assign(found, { watch });
}

t.test('what statd writes is captured without being asked for', async (t) => {
  const directory = smDirectory(t.testdir({}), { a: lineOf('a') });
  const picture = new Picture({ directory });
  const found = follow(t, picture, { interval: 60_000 });
  await until(() => found.captured.includes('a'));
  writeFileSync(join(directory.sm, 'b'), lineOf('b'));
  await until(() => found.captured.includes('b'));
  writeFileSync(join(directory.sm, 'caf\xe9'), lineOf('c'));
  await until(() => found.captured.includes('caf\xc3\xa9'));
  t.ok(picture.agenda.watched, 'and all of it by inotify');
});

t.test('a burst wakes once until somebody looks', async (t) => {
  const directory = smDirectory(t.testdir({}));
  const picture = new Picture({ directory });
  let wakes = 0;
  const watch = watchPicture({ picture, wake: () => (wakes += 1) });
  t.teardown(() => watch.close());
  await picture.look();
  t.equal(wakes, 1, 'at the start');
  for (let index = 0; index < 100; index++) writeFileSync(join(directory.sm, `c${index}`), lineOf('c'));
  await until(() => wakes === 2);
  t.equal((await picture.look()).captured.length, 100);
  t.equal(wakes, 2);
});

t.test('an event that tells nothing new wakes nobody', async (t) => {
  const directory = smDirectory(t.testdir({}), { a: lineOf('a') });
  const picture = new Picture({ directory });
  let tell: (kind: string, name: string | null) => void = () => undefined;
  let wakes = 0;
  const watch = watchPicture({
    picture,
    wake: () => (wakes += 1),
    inotify: (_path, _options, listener) => {
      tell = listener;
      return new Deaf();
    },
  });
  t.teardown(() => watch.close());
  await picture.look();
  t.equal(wakes, 1, 'at the start');
  tell('change', 'a');
  t.equal(wakes, 1, 'what it has just written was read by then');
  writeFileSync(join(directory.sm, 'a'), lineOf('a').repeat(2));
  tell('change', 'a');
  tell('rename', 'nobody');
  t.equal(wakes, 2);
});

t.test('a directory that comes later, goes, is replaced and comes again is followed', async (t) => {
  const top = t.testdir({});
  const directory = smDirectory(join(top, 'statd'));
  rmSync(directory.path, { recursive: true });
  const found = follow(t, new Picture({ directory }));
  await quiet(() => found.looks);
  smDirectory(directory.path, { a: lineOf('a') });
  await until(() => found.captured.includes('a'));
  writeFileSync(join(directory.sm, 'b'), lineOf('b'));
  await until(() => found.captured.includes('b'));
  renameSync(directory.path, join(top, 'old'));
  smDirectory(directory.path, { c: lineOf('c') });
  await until(() => found.captured.includes('c'));
  writeFileSync(join(directory.sm, 'd'), lineOf('d'));
  await until(() => found.captured.includes('d'));
  rmSync(directory.sm, { recursive: true });
  mkdirSync(directory.sm);
  writeFileSync(join(directory.sm, 'e'), lineOf('e'));
  await until(() => found.captured.includes('e'));
});

t.test('nothing happens while nothing happens', async (t) => {
  const directory = smDirectory(t.testdir({}));
  dateBack(directory.sm);
  const picture = new Picture({ directory });
  const found = follow(t, picture, { interval: 2 });
  await until(() => !picture.agenda.changedSinceScan);
  await quiet(() => found.looks);
  t.notOk(picture.agenda.changedSinceScan);
  t.notOk(picture.restless);
});

t.test('what was read too soon is looked at again without an event', async (t) => {
  const directory = smDirectory(t.testdir({}), { a: '' });
  const found = follow(t, new Picture({ directory }), { inotify: () => new Deaf() });
  await until(() => found.looks > 3);
  writeFileSync(join(directory.sm, 'a'), lineOf('a'));
  await until(() => found.captured.includes('a'));
});

t.test('events that the kernel dropped are made up for', async (t) => {
  const directory = smDirectory(t.testdir({}));
  const found = follow(t, new Picture({ directory }), { inotify: () => new Deaf() });
  await until(() => found.looks > 0);
  writeFileSync(join(directory.sm, 'a'), lineOf('a'));
  await until(() => found.captured.includes('a'));
  rmSync(directory.path, { recursive: true });
});

t.test('without inotify every change leads to a scan; with it again, it is used again', async (t) => {
  const directory = smDirectory(t.testdir({}));
  let broken = true;
  const picture = new Picture({ directory });
  const watchers: FSWatcher[] = [];
  const scarce: Inotify = (path, options, listener) => {
    if (broken) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    const watcher = inotify(path, options, listener);
    watchers.push(watcher);
    return watcher;
  };
  const found = follow(t, picture, { inotify: scarce });
  writeFileSync(join(directory.sm, 'a'), lineOf('a'));
  await until(() => found.captured.includes('a'));
  t.notOk(picture.agenda.watched);
  await quiet(() => found.looks);
  broken = false;
  await until(() => picture.agenda.watched);
  broken = true;
  watchers.at(-1)?.emit('error', new Error('odd'));
  t.notOk(picture.agenda.watched);
  writeFileSync(join(directory.sm, 'b'), lineOf('b'));
  await until(() => found.captured.includes('b'));
});

t.test('an event without a name, or about the directory itself, makes sure of the directory', async (t) => {
  const directory = smDirectory(t.testdir({}));
  const listeners: ((kind: string, name: string | null) => void)[] = [];
  const manual: Inotify = (_path, _options, listener) => {
    listeners.push(listener);
    return new Deaf();
  };
  const found = follow(t, new Picture({ directory }), { inotify: manual, interval: 60_000 });
  await until(() => found.looks === 1);
  for (const [kind, name] of [
    ['rename', null],
    ['rename', 'sm'],
  ] as const) {
    const { length } = listeners;
    listeners.at(-1)?.(kind, name);
    t.equal(listeners.length, length + 1);
  }
  const { length } = listeners;
  listeners.at(-1)?.('change', 'sm');
  t.equal(listeners.length, length, 'a client may have that name');
});
