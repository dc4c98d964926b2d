import { readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { whileUnchanged } from '../../../lib/node/while-unchanged.ts';

t.test('what is made of a directory is made anew when it changes, and while it may change unnoticed', (t) => {
  const path = t.testdir({ a: '' });
  const long = new Date(Date.now() - 60_000);
  let made = 0;
  const names = whileUnchanged(path, () => {
    made += 1;
    return readdirSync(path);
  });
  t.same([names(), names()], [['a'], ['a']]);
  t.equal(made, 2, 'it has changed just now');
  utimesSync(path, long, long);
  t.same([names(), names()], [['a'], ['a']]);
  t.equal(made, 3);
  writeFileSync(join(path, 'b'), '');
  t.same(names(), ['a', 'b']);
  t.end();
});

t.test('of a directory that is not there it is made each time', (t) => {
  const path = join(t.testdir({}), 'later');
  let made = 0;
  const count = whileUnchanged(path, () => {
    made += 1;
    return made;
  });
  t.same([count(), count()], [1, 2]);
  rmSync(path, { force: true });
  t.end();
});
