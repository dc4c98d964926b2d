import {
  appendFileSync,
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { makeCalloutDoor } from '../../../lib/capture/callout-door.ts';

const USER = { uid: 4242, gid: 4343 };

function place(t: Test): string {
  return join(t.testdir({}), 'lockferry', 'callout', 'nfs-a');
}

const modeOf = (path: string) => lstatSync(path).mode & 0o7777;

t.test("root's directory with what statd's user alone can open", async (t) => {
  const path = place(t);
  mkdirSync(dirname(dirname(path)), { mode: 0o700 });
  const door = await makeCalloutDoor(path, USER);
  t.same(readdirSync(path).sort(), ['answer', 'armed', 'request', 'spool']);
  for (const directory of [dirname(dirname(path)), dirname(path), path]) {
    t.match(lstatSync(directory), { uid: process.geteuid?.() });
    t.equal(modeOf(directory), 0o755, directory);
  }
  for (const name of [door.request, door.answer, door.armed, door.spool]) {
    t.match(lstatSync(name), USER);
    t.equal(modeOf(name), 0o600, name);
  }
  t.ok(lstatSync(door.request).isFIFO() && lstatSync(door.answer).isFIFO());
  t.equal(readFileSync(door.armed, 'utf8'), '', 'it is not armed');
  t.same(readdirSync(dirname(path)), ['nfs-a'], 'nothing else is left behind');
});

t.test('what is spooled outlives a keeper', async (t) => {
  const path = place(t);
  const { spool } = await makeCalloutDoor(path, USER);
  appendFileSync(spool, 'line\n');
  await makeCalloutDoor(path, USER);
  t.equal(readFileSync(spool, 'utf8'), 'line\n');
});

t.test('what is not as it must be is made anew', async (t) => {
  const path = place(t);
  const door = await makeCalloutDoor(path, USER);
  const spoilt: (() => void)[] = [
    () => chmodSync(path, 0o775),
    () => chownSync(path, 4242, 0),
    () => chmodSync(door.armed, 0o666),
    () => chownSync(door.answer, 0, 0),
    () => rmSync(door.spool),
    () => {
      rmSync(door.request);
      writeFileSync(door.request, '', { mode: 0o600 });
      chownSync(door.request, USER.uid, 0);
    },
    () => {
      rmSync(door.spool);
      mkdirSync(door.spool, { mode: 0o600 });
      chownSync(door.spool, USER.uid, 0);
    },
    () => {
      rmSync(path, { recursive: true });
      symlinkSync('/etc', path);
    },
  ];
  for (const [index, spoil] of spoilt.entries()) {
    spoil();
    const before = lstatSync(path).ino;
    await makeCalloutDoor(path, USER);
    t.not(lstatSync(path).ino, before, String(index));
    t.equal(modeOf(path), 0o755);
    t.match(lstatSync(door.request).isFIFO(), true);
    t.same(lstatSync(door.spool).size, 0);
  }
  t.same(readFileSync('/etc/hostname').length > 0, true, 'a link is replaced, not followed');
});

t.test('a place that others could change is refused', async (t) => {
  const path = place(t);
  mkdirSync(dirname(path), { recursive: true });
  const refused = { code: 'not-ours', message: /can be changed by others/ };
  chmodSync(dirname(path), 0o777);
  await t.rejects(makeCalloutDoor(path, USER), refused);
  chmodSync(dirname(path), 0o755);
  chownSync(dirname(dirname(path)), 4242, 0);
  await t.rejects(makeCalloutDoor(path, USER), refused);
  chownSync(dirname(dirname(path)), Number(process.geteuid?.()), 0);
  rmSync(dirname(path), { recursive: true });
  symlinkSync(t.testdirName, dirname(path));
  await t.rejects(makeCalloutDoor(path, USER));
});
