import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { isRacy, stampOf } from '../../../lib/capture/place.ts';

t.test('a directory is told from one that took its place', async (t) => {
  const top = t.testdir({ sm: {}, other: {}, file: '' });
  const sm = join(top, 'sm');
  const before = stampOf(sm);
  writeFileSync(join(sm, 'a'), '');
  t.equal(stampOf(sm)?.identity, before?.identity);
  renameSync(sm, join(top, 'old'));
  t.equal(stampOf(sm), null);
  mkdirSync(sm);
  t.not(stampOf(sm)?.identity, before?.identity);
  t.equal(stampOf(join(top, 'old'))?.identity, before?.identity);
  t.equal(stampOf(join(top, 'file')), null, 'no directory');
  symlinkSync('loop', join(top, 'loop'));
  t.equal(stampOf(join(top, 'loop')), null, 'nothing that can be looked at');
});

t.test('an entry that comes or goes changes the stamp', async (t) => {
  const sm = t.testdir({});
  const before = stampOf(sm);
  for (
    const deadline = Date.now() + 5000;
    stampOf(sm)?.changed === before?.changed && Date.now() < deadline;
  ) {
    writeFileSync(join(sm, `${Date.now()}`), '');
  }
  t.not(stampOf(sm)?.changed, before?.changed);
});

t.test('a time stamp is racy until the clock that made it must have ticked', async (t) => {
  t.ok(isRacy(1000.5, 1010));
  t.notOk(isRacy(1000.5, 1030));
  t.ok(isRacy(5000, 6000), 'whole seconds: a coarse file system');
  t.notOk(isRacy(5000, 7001));
  t.ok(isRacy(9000.5, 1000), 'from the future');
});
