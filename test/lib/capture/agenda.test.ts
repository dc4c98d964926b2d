import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Agenda } from '../../../lib/capture/agenda.ts';
import { dateBack, until } from './sm-directory.ts';

/** The names that are due, all of them examined at once. */
async function due(agenda: Agenda, unsettled: string[] = [], known: string[] = []): Promise<string[] | null> {
  const task = await agenda.next(unsettled, known);
  return task && [...task.names].sort();
}

/** The first names that are due, the others being left. */
async function some(agenda: Agenda, count: number, unsettled: string[] = []): Promise<string[]> {
  const names: string[] = [];
  for (const name of (await agenda.next(unsettled, []))?.names ?? []) {
    names.push(name);
    if (names.length === count) break;
  }
  return names;
}

/** Waits until an unchanged directory is known to be unchanged. */
async function settled(agenda: Agenda): Promise<void> {
  await until(async () => (await due(agenda))?.length === 0);
}

t.test('all names at first, none while nothing changes, all when something did', async (t) => {
  const sm = t.testdir({ a: '', b: '' });
  const agenda = new Agenda(sm);
  t.equal(agenda.scanCost, 0);
  t.ok(agenda.changedSinceScan);
  t.same(await due(agenda, ['u'], ['known']), ['a', 'b', 'known']);
  t.ok(agenda.scanCost > 0);
  await settled(agenda);
  t.notOk(agenda.changedSinceScan);
  t.same(await due(agenda, ['u'], ['known']), ['u'], 'what was left unsettled is always due');
  writeFileSync(join(sm, 'c'), '');
  t.ok(agenda.changedSinceScan);
  t.same(await due(agenda), ['a', 'b', 'c']);
});

t.test('a directory that was changed just now is not trusted', async (t) => {
  const sm = t.testdir({ a: '' });
  const agenda = new Agenda(sm);
  writeFileSync(join(sm, 'b'), '');
  await due(agenda);
  t.same(await due(agenda), ['a', 'b'], 'the clock need not have ticked since');
  dateBack(sm);
  await until(async () => (await due(agenda))?.length === 0);
  t.pass('until it must have');
});

t.test('with a watch only what was touched is due', async (t) => {
  const sm = t.testdir({ a: '', b: '' });
  const agenda = new Agenda(sm);
  agenda.watched = true;
  t.notOk(agenda.touch('early'), 'everything is due anyway');
  await due(agenda);
  writeFileSync(join(sm, 'c'), '');
  t.same(await due(agenda), [], 'the watch would have said so');
  t.ok(agenda.touch('c'), 'the first since the last task');
  t.notOk(agenda.touch('d'));
  t.same(await due(agenda, ['u']), ['c', 'd', 'u']);
  t.ok(agenda.touch('c'), 'and again');
  agenda.touchAll();
  t.notOk(agenda.touch('x'));
  t.same(await due(agenda), ['a', 'b', 'c', 'c', 'x'], 'everything, after what was touched');
  t.notOk(agenda.unfinished);
});

t.test('a full scan takes as many tasks as it needs, and what is touched goes before the rest', async (t) => {
  const agenda = new Agenda(t.testdir({}), async () => ['a', 'b', 'c', 'd']);
  agenda.watched = true;
  t.same(await some(agenda, 2), ['a', 'b']);
  t.ok(agenda.unfinished);
  t.notOk(agenda.changedSinceScan, 'not while one is under way');
  agenda.touch('new');
  t.same(await some(agenda, 2, ['u']), ['new', 'c'], 'what is unsettled will be scanned anyway');
  agenda.touchAll();
  t.same(await some(agenda, 9), ['d'], 'a scan is completed before another one begins');
  t.ok(agenda.unfinished);
  t.same(await some(agenda, 9), ['a', 'b', 'c', 'd']);
  t.notOk(agenda.unfinished);
  t.same(await some(agenda, 1, ['u', 'v']), ['u']);
  agenda.touch('new');
  t.same(await some(agenda, 9, ['u']), ['new', 'v']);
});

t.test('a scan of a directory that is replaced meanwhile begins anew', async (t) => {
  const top = t.testdir({ sm: { a: '', b: '' } });
  const sm = join(top, 'sm');
  const agenda = new Agenda(sm);
  agenda.watched = true;
  await some(agenda, 1);
  renameSync(sm, join(top, 'old'));
  mkdirSync(sm);
  writeFileSync(join(sm, 'c'), '');
  t.same(await due(agenda), ['c']);
});

t.test('no directory, then another one', async (t) => {
  const top = t.testdir({ sm: { a: '' } });
  const sm = join(top, 'sm');
  const agenda = new Agenda(sm);
  await settled(agenda);
  agenda.watched = true;
  renameSync(sm, join(top, 'old'));
  t.equal(await due(agenda, [], ['a']), null);
  t.notOk(agenda.changedSinceScan);
  mkdirSync(sm);
  writeFileSync(join(sm, 'b'), '');
  t.same(await due(agenda, [], ['a']), ['a', 'b'], 'a scan, though the watch has said nothing');
});

t.test('a directory that cannot be listed is as good as none, and all of it is due later', async (t) => {
  const sm = t.testdir({ a: '' });
  let broken = true;
  const agenda = new Agenda(sm, async () => {
    if (broken) throw new Error('EIO');
    return ['a'];
  });
  agenda.watched = true;
  t.equal(await due(agenda), null);
  broken = false;
  t.same(await due(agenda), ['a']);
});
