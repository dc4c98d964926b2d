import { lstatSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { setRoomAside, withRoom } from '../../../lib/store/ballast.ts';
import { onFile, REAL_DISK } from '../../../lib/store/disk.ts';
import { shakyDisk } from './shaky-disk.ts';

const MEBIBYTE = 1024 * 1024;
const place = (dir: string, disk = REAL_DISK) => ({ disk, dir, now: Date.now, slack: 10 });
const alone = <T>(step: () => Promise<T>) => step();

/** A step that finds no room so many times. */
function step(errno: string, times = 1) {
  const called = { times: 0 };
  const act = () =>
    onFile('/x', 'write', async () => {
      called.times += 1;
      if (called.times <= times) throw Object.assign(new Error(errno), { code: errno });
      return 'done';
    });
  return { act, called };
}

t.test('room is set aside once, in real blocks, for its owner alone', async (t) => {
  const dir = t.testdir({});
  await setRoomAside(place(dir), 0, alone);
  const made = lstatSync(join(dir, 'ballast'));
  t.equal(made.size, MEBIBYTE);
  t.equal(made.mode & 0o7777, 0o600);
  t.ok(made.blocks * 512 >= MEBIBYTE);
  await setRoomAside(place(dir), MEBIBYTE, alone);
  t.equal(lstatSync(join(dir, 'ballast')).ino, made.ino, 'it is large enough');
  await setRoomAside(place(dir), MEBIBYTE + 1, alone);
  const again = lstatSync(join(dir, 'ballast'));
  t.ok(again.size >= 2 * MEBIBYTE, 'that of a store that has grown');
});

t.test('no link is followed, and what cannot be made is not left behind', async (t) => {
  const dir = t.testdir({ other: 'x' });
  symlinkSync('other', join(dir, 'ballast'));
  await setRoomAside(place(dir), 0, alone);
  t.ok(lstatSync(join(dir, 'ballast')).isFile());
  t.equal(lstatSync(join(dir, 'other')).size, 1);
  for (const broken of [['write'], ['datasync'], ['write', 'unlink']]) {
    rmSync(join(dir, 'ballast'));
    const disk = shakyDisk((call) => (broken.includes(call) ? 'ENOSPC' : undefined));
    await t.rejects(setRoomAside(place(dir, disk), 0, alone), {
      code: 'failed',
      message: /^cannot set room aside in .* \(ENOSPC\)$/,
    });
    t.equal(readdirSync(dir).includes('ballast'), broken.includes('unlink'));
    writeFileSync(join(dir, 'ballast'), '');
  }
});

t.test('between two of its steps others have their turn', async (t) => {
  let turns = 0;
  await setRoomAside(place(t.testdir({})), 0, (act) => {
    turns += 1;
    return act();
  });
  t.ok(turns >= 2 + 4 * 2, `${turns} turns`);
});

for (const errno of ['ENOSPC', 'EDQUOT']) {
  t.test(`${errno}: the room is given up, and the step tried once more`, async (t) => {
    const dir = t.testdir({ ballast: 'x', other: 'y' });
    const calls: string[] = [];
    const disk = shakyDisk((call) => void calls.push(call));
    const once = step(errno);
    t.equal(await withRoom(place(dir, disk), once.act), 'done');
    t.same(readdirSync(dir), ['other']);
    t.same(calls, ['unlink', 'open', 'sync', 'close'], 'durably');
    await t.rejects(withRoom(place(dir), step(errno).act), { message: `cannot write /x (${errno})` });
    writeFileSync(join(dir, 'ballast'), '');
    const twice = step(errno, 2);
    await t.rejects(withRoom(place(dir), twice.act), { message: `cannot write /x (${errno})` });
    t.equal(twice.called.times, 2);
  });
}

t.test('it is kept where something else fails, or nothing', async (t) => {
  const dir = t.testdir({ ballast: 'x' });
  await t.rejects(withRoom(place(dir), step('EIO').act), { message: /EIO/ });
  await t.rejects(
    withRoom(place(dir), () => Promise.reject(new Error('odd'))),
    { message: 'odd' },
  );
  t.equal(await withRoom(place(dir), step('EIO', 0).act), 'done');
  t.same(readdirSync(dir), ['ballast']);
});
