import { appendFileSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { calloutDoor } from '../../../lib/capture/callout-door.ts';
import { CalloutSpool } from '../../../lib/capture/callout-spool.ts';

function stage(t: Test) {
  const door = calloutDoor(t.testdir({ armed: '', spool: '' }));
  return { door, spool: new CalloutSpool(door), left: (text: string) => appendFileSync(door.spool, text) };
}

t.test('armed and not', async (t) => {
  const { spool, door } = stage(t);
  t.equal(spool.armed, false);
  spool.arm();
  t.equal(spool.armed, true);
  spool.arm();
  t.equal(readFileSync(door.armed, 'utf8'), 'yes\n', 'twice is once');
  spool.disarm();
  t.equal(spool.armed, false);
});

t.test('each line is given once', async (t) => {
  const { spool, left, door } = stage(t);
  t.equal(spool.behind, false);
  t.same(spool.read(), []);
  left('1-1 add-client a n1\n2-2 add-client ? ?\nrubbish\n');
  t.equal(spool.behind, true);
  t.same(spool.read(), [
    { ticket: '1-1', client: { monName: 'a', myName: 'n1' } },
    { ticket: '2-2', client: null },
    null,
  ]);
  t.equal(spool.behind, false);
  left('3-3 add-cl');
  t.same(spool.read(), [null], 'what is cut short is not kept waiting');
  spool.empty();
  t.equal(readFileSync(door.spool, 'utf8'), '');
  left('4-4 add-client b n1\n');
  t.match(spool.read(), [{ client: { monName: 'b' } }], 'and it begins anew');
});

t.test('however much it is', async (t) => {
  const { spool, left } = stage(t);
  left('1-1 add-client a n1\n'.repeat(110_000));
  const lines = spool.read();
  t.ok(lines.length === 110_000 && lines.every((line) => line?.client?.monName === 'a'));
});

t.test('more than all clients together is one unknown request, and it goes on after it', async (t) => {
  const { spool, left, door } = stage(t);
  left('1-1 add-client a n1\n');
  // More than a string can hold: whoever reads it ends.
  truncateSync(door.spool, 2 ** 31);
  t.same(spool.read(), [null]);
  t.equal(spool.behind, false);
  left('2-2 add-client b n1\n');
  t.match(spool.read(), [{ client: { monName: 'b' } }]);
  spool.empty();
  left('3-3 add-client c n1\n');
  t.match(spool.read(), [{ client: { monName: 'c' } }]);
});

t.test('no link is followed', async (t) => {
  const { spool, door } = stage(t);
  const victim = join(t.testdirName, 'victim');
  writeFileSync(victim, 'precious');
  for (const path of [door.armed, door.spool]) {
    rmSync(path);
    symlinkSync(victim, path);
  }
  for (const act of [() => spool.arm(), () => spool.disarm(), () => spool.empty()]) {
    t.throws(act, { code: 'ELOOP' });
  }
  t.equal(spool.armed, false);
  t.equal(spool.behind, false);
  t.same(spool.read(), []);
  rmSync(door.armed);
  t.throws(() => spool.armed, { code: 'ENOENT' });
  t.equal(readFileSync(victim, 'utf8'), 'precious');
});
