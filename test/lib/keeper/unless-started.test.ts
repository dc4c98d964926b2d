import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { forgetKept, noteKept } from '../../../lib/keeper/lock-notes.ts';
import { beginStart, leaveUnlessStarted } from '../../../lib/keeper/unless-started.ts';
import { lockFile } from '../../../lib/node/file-lock.ts';
import { RuntimeDirectory } from '../../../lib/node/runtime-directory.ts';
import { exampleService } from '../../support/example-service.ts';

const SERVICE = exampleService();
t.jobs = 4;

/** A service whose stop has left its locks, and how it may leave late. */
async function scene(t: Test) {
  const directory = new RuntimeDirectory('nfs-a', join(t.testdir({}), 'services'));
  const { node } = directory;
  await noteKept({ service: SERVICE, lockManager: 'lockd:7:1' }, directory);
  const story: string[] = [];
  const of = { name: 'nfs-a', directory };
  return {
    ...{ directory, node, story },
    later: (within?: number, leave = async () => true) => {
      const leaving = async () => {
        story.push('leaves');
        const left = await leave();
        story.push('has left');
        return left;
      };
      return leaveUnlessStarted(of, leaving, within);
    },
    start: (within?: number) => {
      const begin = async () => {
        await directory.create(SERVICE);
        story.push('starts');
      };
      return beginStart(of, begin, within);
    },
  };
}

t.test(
  'a service that is started again, or has left meanwhile, does not leave',
  { buffered: true },
  async (t) => {
    const started = await scene(t);
    const later = started.later();
    await started.start();
    t.equal(await later, true);
    t.same(started.story, ['starts']);
    const { later: after, story, directory } = await scene(t);
    const left = after();
    await forgetKept(SERVICE, directory);
    t.equal(await left, true);
    t.same(story, []);
  },
);

t.test('one that nobody starts leaves, as far as it can', { buffered: true }, async (t) => {
  const { later, story, node } = await scene(t);
  const since = Date.now();
  t.equal(await later(700, async () => false), false);
  t.ok(Date.now() - since >= 700);
  t.same(story, ['leaves', 'has left']);
  t.equal(await later(0), true);
  const release = await lockFile(node.keptLock('nfs-a'), 0);
  t.ok(release, 'nobody holds a start up any more');
  await release?.();
});

t.test('a start that begins just then is seen', { buffered: true }, async (t) => {
  for (const begins of [true, false]) {
    const { later, story, node, directory } = await scene(t);
    const release = await lockFile(node.keptLock('nfs-a'), 0);
    const leaving = later(0);
    await pause(300);
    if (begins) {
      await directory.create(SERVICE);
      await release?.();
    }
    t.equal(await leaving, true);
    t.same(story, []);
    if (!begins) await release?.();
  }
});

t.test('a start waits for who leaves, and not for ever', { buffered: true }, async (t) => {
  const { later, start, story, node } = await scene(t);
  let left = () => {};
  const leaving = later(0, () => new Promise((resolve) => (left = () => resolve(true))));
  while (story.length === 0) await pause(10);
  await t.rejects(start(200), { code: 'timed-out', message: /still being released/ });
  const starting = start();
  await pause(200);
  left();
  await Promise.all([leaving, starting]);
  t.same(story, ['leaves', 'has left', 'starts']);
  t.ok(existsSync(node.keptLock('nfs-a')));
});

t.test('a start after which nothing was left is not held up', { buffered: true }, async (t) => {
  const { start, story, node, directory } = await scene(t);
  await forgetKept(SERVICE, directory);
  await start();
  t.same(story, ['starts']);
  t.notOk(existsSync(node.keptLock('nfs-a')));
});
