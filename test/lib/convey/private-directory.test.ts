import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { handOver, makePrivateDirectory, removeTree } from '../../../lib/convey/private-directory.ts';

const modeOf = (path: string) => statSync(path).mode & 0o7777;

t.test('closed while it is filled, then open to statd where statd works and nowhere else', async (t) => {
  const dir = join(t.testdir({}), 'private');
  const directory = makePrivateDirectory(dir);
  t.same(readdirSync(dir).sort(), ['sm', 'sm.bak']);
  for (const path of [dir, directory.sm, directory.smBak]) t.equal(modeOf(path), 0o700);
  handOver(directory, { uid: 104, gid: 65534 });
  t.equal(modeOf(dir), 0o755);
  t.equal(statSync(dir).uid, 0, 'statd cannot put a link where sm/ was');
  for (const path of [directory.sm, directory.smBak]) {
    t.match(statSync(path), { uid: 104, gid: 65534 });
    t.equal(modeOf(path), 0o700);
  }
});

t.test('whatever is in the way is removed, and what it points to is not', async (t) => {
  const top = t.testdir({
    outside: { file: 'kept' },
    dir: { sm: { a: '', deep: { deeper: { b: '' } } }, state: '' },
  });
  const dir = join(top, 'dir');
  symlinkSync('../../outside', join(dir, 'sm/link'));
  writeFileSync(Buffer.from(`${dir}/sm/caf\xe9`, 'latin1'), '');
  mkdirSync(join(dir, 'sm/theirs'), { mode: 0o777 });
  chmodSync(join(dir, 'sm/theirs'), 0o777);
  chownSync(join(dir, 'sm'), 104, 65534);
  await removeTree(Buffer.from(dir));
  t.notOk(existsSync(dir));
  await removeTree(Buffer.from(dir));
  symlinkSync('outside', dir);
  await removeTree(Buffer.from(dir));
  t.same(readdirSync(top), ['outside']);
  t.same(readdirSync(join(top, 'outside')), ['file']);
});
