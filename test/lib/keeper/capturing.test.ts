import { renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { Picture } from '../../../lib/capture/index.ts';
import { isRacy, stampOf } from '../../../lib/capture/place.ts';
import { Capturing, type CapturingOptions } from '../../../lib/keeper/capturing.ts';
import type { AtWork } from '../../../lib/keeper/identities.ts';
import type { Change } from '../../../lib/store/index.ts';
import { lineOf, lockdsLineOf, smDirectory, until } from '../capture/sm-directory.ts';
import { HOLDER } from '../store/arbitraries.ts';
import { lockManager } from './example-surroundings.ts';

const WORKING: AtWork = { lockManager: lockManager(7), statd: 'statd 8' };
const HOLDING = { ...HOLDER, lockManager: 'ganesha:7:1', statd: 'statd 8' };

function stage(t: Test, { pause }: Pick<CapturingOptions, 'pause'> = {}) {
  const directory = smDirectory(t.testdir({}));
  const durable: Change[] = [];
  const events: unknown[] = [];
  const seen: string[] = [];
  let gate: Promise<void> = Promise.resolve();
  let pushed: Promise<void> = Promise.resolve();
  const node = { atWork: async () => WORKING, statdAnswers: async () => true };
  const picture = new Picture({ directory });
  const capturing = new Capturing({
    ...{ picture, holder: HOLDING, atWork: () => node.atWork() },
    statdAnswers: () => node.statdAnswers(),
    push: (changes) => {
      if (changes.length === 0) return Promise.resolve();
      pushed = gate.then(() => void durable.push(...changes));
      return pushed;
    },
    settled: () => pushed,
    seen: ({ name, records }) => {
      seen.push(records.map(({ monName }) => monName).join());
      return name === 'former' ? [{ type: 'number', number: 7 }] : [];
    },
    log: (event, facts) => events.push([event, facts]),
    ...(pause !== undefined && { pause }),
  });
  t.teardown(() => capturing.end());
  return {
    ...{ capturing, picture, events, node, seen },
    put: (name: string, text = lineOf(name)) => writeFileSync(join(directory.sm, name), text),
    /** As statd does with a file that is there. */
    replace: (name: string, text: string) => {
      const path = join(directory.sm, name);
      writeFileSync(`${path}.new`, text);
      renameSync(`${path}.new`, path);
    },
    drop: (name: string) => unlinkSync(join(directory.sm, name)),
    /** Waits until sm.bak/ is so old that nothing can have been moved there just now. */
    settled: () => until(() => !isRacy(stampOf(directory.smBak)?.changedAt ?? 0, Date.now())),
    /** Nothing becomes durable until what is returned is called. */
    hang: () => {
      let open = () => {};
      gate = new Promise((resolve) => {
        open = resolve;
      });
      return open;
    },
    words: () => durable.map((change) => (change.type === 'captured' ? change.file.name : change.type)),
  };
}

t.test('a capture brings what is new, with what it means for a recovery, once', async (t) => {
  const { capturing, put, words } = stage(t);
  t.equal(capturing.look, null);
  put('client');
  put('former');
  await capturing.capture();
  t.same(words().sort(), ['client', 'former', 'number']);
  t.equal(words().at(-1), 'number', 'in the same commit, after it');
  await capturing.capture();
  t.equal(words().length, 3);
  t.equal(capturing.look?.directory, 'present');
});

t.test('a recovery is told of what was written anew alone, and of each writing', async (t) => {
  const { capturing, replace, seen, words } = stage(t);
  const [x, y] = [lockdsLineOf('x', '1'), lockdsLineOf('y', '2')];
  for (const text of [x + y, y, y + lockdsLineOf('x', '3')]) {
    replace('shared', text);
    await capturing.capture();
  }
  t.same(seen, ['x,y', '', 'x']);
  t.same(words(), ['shared', 'shared', 'shared']);
});

t.test('a client is unprotected until its record is durable; who asks meanwhile waits with it', async (t) => {
  const { capturing, put, hang, words } = stage(t);
  const open = hang();
  put('client');
  const first = capturing.capture();
  await until(() => capturing.unprotected.size === 1);
  put('second');
  const later = capturing.capture();
  open();
  await Promise.all([first, later]);
  t.equal(capturing.unprotected.size, 0);
  t.same(words(), ['client', 'second'], 'the second one shares a look of its own time');
});

t.test(
  'whoever waits for one client waits for what was found before, and for no half-written file',
  async (t) => {
    const { capturing, put, hang, words } = stage(t);
    const open = hang();
    put('client');
    const before = capturing.capture();
    await until(() => capturing.unprotected.has('client'));
    put('half', lineOf('half').slice(0, 20));
    let durable = false;
    const asked = capturing.captureNow(['half']).then(() => {
      durable = true;
    });
    await until(() => capturing.look?.writing === true);
    await pause(20);
    t.equal(durable, false);
    open();
    await asked;
    t.same(words(), ['client']);
    put('half');
    await before;
  },
);

t.test('whoever waits for a client that was found before waits for no glance', async (t) => {
  const { capturing, picture, put, hang, words } = stage(t);
  const open = hang();
  put('client');
  const before = capturing.capture();
  await until(() => capturing.unprotected.has('client'));
  t.capture(picture, 'glance', () => Promise.reject(new Error('nothing is to be looked at')));
  let durable = false;
  const asked = capturing.captureNow(['client']).then(() => {
    durable = true;
  });
  await pause(20);
  t.equal(durable, false);
  open();
  await Promise.all([asked, before]);
  t.same(words(), ['client']);
  await t.rejects(capturing.captureNow(['client', 'other']), { message: 'nothing is to be looked at' });
});

t.test('it can look at everything, whatever the watch has told of', async (t) => {
  const { capturing, put, words } = stage(t);
  await capturing.captureNow(['client']);
  put('client');
  await capturing.captureNow(null);
  t.same(words(), ['client']);
});

t.test('a file that is being written is looked at again at once', async (t) => {
  const { capturing, put, words } = stage(t);
  put('client', lineOf('client').slice(0, 20));
  setTimeout(() => put('client'), 30);
  await capturing.capture();
  t.same(words(), ['client']);
});

t.test('where it is told that statd has written on, it does not wait any longer', async (t) => {
  const { capturing, put, words } = stage(t, { pause: 600_000 });
  put('client', lineOf('client').slice(0, 20));
  const captured = capturing.capture();
  await until(() => capturing.look?.writing === true);
  await pause(20);
  put('client');
  void capturing.capture();
  await captured;
  t.same(words(), ['client']);
});

t.test('nor where it was told while others became durable', async (t) => {
  const { capturing, put, hang, words } = stage(t, { pause: 600_000 });
  const open = hang();
  put('other');
  put('client', lineOf('client').slice(0, 20));
  const captured = capturing.capture();
  await until(() => capturing.unprotected.has('other'));
  put('client');
  void capturing.capture();
  open();
  await captured;
  t.same(words(), ['other', 'client']);
});

/** Makes time fly: a glance is over when it has examined one name. */
function hurry(t: Test) {
  let now = performance.now();
  return t.capture(performance, 'now', () => {
    now += 10;
    return now;
  });
}

t.test('a new client does not wait until all the others have been looked at', async (t) => {
  const { capturing, put, words } = stage(t);
  for (let index = 0; index < 100; index += 1) put(`c${index}`);
  hurry(t);
  capturing.watch(() => true);
  await until(() => words().length > 0);
  put('new');
  await until(() => words().length === 101);
  t.ok(words().indexOf('new') < 90, `${words().indexOf('new')} before it`);
});

t.test('who was seen at work before is enough where nobody is absent', async (t) => {
  const { capturing, put, drop, settled, node } = stage(t);
  await settled();
  for (const name of ['a', 'b', 'c']) put(name);
  let asked = 0;
  node.atWork = async () => {
    asked += 1;
    return WORKING;
  };
  await capturing.captureAndJudge(WORKING);
  t.equal(asked, 0);
  drop('a');
  await capturing.captureAndJudge(WORKING);
  t.equal(asked, 1, 'whoever is monitored meanwhile may be by another one');
});

t.test('nothing is judged by a look that is not complete', async (t) => {
  const { capturing, picture, put, drop, settled, words, node } = stage(t);
  await settled();
  for (const name of ['a', 'b', 'c', 'd']) put(name);
  let now = performance.now();
  const clock = t.capture(performance, 'now', () => now);
  await capturing.captureAndJudge();
  drop('a');
  await capturing.captureAndJudge();
  now += 16_000;
  node.atWork = async () => {
    clock.restore();
    const hurried = hurry(t);
    picture.agenda.touchAll();
    await capturing.captureNow(['client']);
    hurried.restore();
    t.capture(performance, 'now', () => now);
    return WORKING;
  };
  await capturing.captureAndJudge();
  t.notOk(words().includes('removed'));
  node.atWork = async () => WORKING;
  await capturing.captureAndJudge();
  t.same(words().slice(-1), ['removed'], 'by the next one it is');
});

t.test('watching, a capture follows each change where it is wanted', async (t) => {
  const { capturing, put, words } = stage(t);
  let wanted = false;
  capturing.watch(() => wanted);
  put('unwanted');
  await capturing.capture();
  t.same(words(), ['unwanted']);
  wanted = true;
  put('client');
  await until(() => words().includes('client'));
});

t.test('a capture for the watch that fails is written down, and the next one makes up for it', async (t) => {
  const { capturing, picture, put, words, events } = stage(t);
  const glance = t.capture(picture, 'glance', () => Promise.reject(new Error('EIO')));
  put('client');
  capturing.watch(() => true);
  await until(() => events.length > 0);
  t.same(events, [['capture-failed', { reason: 'EIO' }]]);
  glance.restore();
  await capturing.capture();
  t.same(words(), ['client']);
});

t.test('a removal counts after two healthy observations, and none after the end', async (t) => {
  const { capturing, put, drop, settled, words, events, node } = stage(t);
  await settled();
  let now = performance.now();
  const clock = t.capture(performance, 'now', () => now);
  put('client');
  put('other');
  await capturing.captureAndJudge();
  now += 20_000;
  drop('client');
  await capturing.captureAndJudge();
  t.notOk(words().includes('removed'));
  now += 16_000;
  node.statdAnswers = async () => false;
  await capturing.captureAndJudge();
  t.notOk(words().includes('removed'), 'not while statd hangs');
  node.statdAnswers = async () => true;
  await capturing.captureAndJudge();
  t.same(words().slice(-1), ['removed']);
  t.same(events, [['removed', { clients: 1 }]]);
  drop('other');
  await capturing.captureAndJudge();
  node.atWork = async () => ({ lockManager: null, statd: null });
  now += 16_000;
  await capturing.captureAndJudge();
  node.atWork = async () => WORKING;
  capturing.end();
  now += 16_000;
  await capturing.captureAndJudge();
  t.equal(words().filter((word) => word === 'removed').length, 1);
  put('last');
  await capturing.last();
  t.ok(words().includes('last'), 'additions still count');
  clock.restore();
});

t.test('what goes until statd has answered is seen before anybody is removed', async (t) => {
  const { capturing, put, drop, settled, words, node } = stage(t);
  await settled();
  let now = performance.now();
  const clock = t.capture(performance, 'now', () => now);
  for (const name of ['client', 'next', 'stays', 'too']) put(name);
  await capturing.captureAndJudge();
  drop('client');
  await capturing.captureAndJudge();
  now += 16_000;
  node.statdAnswers = async () => {
    drop('next');
    return true;
  };
  await capturing.captureAndJudge();
  t.notOk(words().includes('removed'), 'a lock manager may be giving up one after the other');
  clock.restore();
});

t.test('where others go all the time, it counts once the lock manager has somebody monitored', async (t) => {
  const { capturing, put, drop, settled, words } = stage(t);
  await settled();
  let now = performance.now();
  const clock = t.capture(performance, 'now', () => now);
  const others = Array.from({ length: 20 }, (_, index) => `other ${index}`.replace(' ', '-'));
  for (const name of ['client', 'stays', ...others]) put(name);
  await capturing.captureAndJudge();
  drop('client');
  for (const name of others.slice(0, 9)) {
    now += 4_000;
    drop(name);
    await capturing.captureAndJudge();
  }
  // lockd has a server monitored, for a mount of this node's own.
  put('server', lineOf('server').replace('00000004', '00000003'));
  await capturing.captureAndJudge();
  t.notOk(words().includes('removed'));
  put('new');
  drop('other-9');
  await capturing.captureAndJudge();
  t.ok(words().includes('removed'));
  clock.restore();
});

t.test('a client that is back while its removal is being judged stays', async (t) => {
  const { capturing, put, drop, settled, words, node } = stage(t);
  await settled();
  let now = performance.now();
  const clock = t.capture(performance, 'now', () => now);
  put('client');
  put('other');
  await capturing.captureAndJudge();
  drop('client');
  await capturing.captureAndJudge();
  now += 16_000;
  node.atWork = async () => {
    put('client');
    await capturing.capture();
    return WORKING;
  };
  await capturing.captureAndJudge();
  t.same(words().slice(-1), ['client'], 'it was captured, and not removed after that');
  clock.restore();
});
