import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readConfigFile, writeConfigFile } from '../../../lib/node/config-file.ts';

t.test('made with its directory, replaced, and taken away', async (t) => {
  const directory = join(t.testdir({}), 'nfs.conf.d');
  const path = join(directory, 'a.conf');
  t.equal(await readConfigFile(path), null);
  const before = process.umask(0o077);
  await writeConfigFile(path, 'one\n');
  process.umask(before);
  t.equal(await readConfigFile(path), 'one\n');
  t.equal(statSync(path).mode & 0o777, 0o644);
  symlinkSync('/etc/hostname', join(directory, '.a.conf.new'));
  await writeConfigFile(path, 'two\n');
  t.equal(readFileSync(path, 'utf8'), 'two\n');
  t.same(readdirSync(directory), ['a.conf']);
  await writeConfigFile(path, null);
  t.same(readdirSync(directory), []);
});

t.test('no link is followed', async (t) => {
  const root = t.testdir({ victim: 'precious', real: {} });
  symlinkSync('victim', join(root, 'a.conf'));
  symlinkSync('real', join(root, 'linked'));
  const refused = { code: 'not-ours' };
  await t.rejects(readConfigFile(join(root, 'a.conf')), {
    ...refused,
    message: /a\.conf is no regular file$/,
  });
  await t.rejects(writeConfigFile(join(root, 'a.conf'), 'x'), refused);
  await t.rejects(writeConfigFile(join(root, 'a.conf'), null), refused);
  await t.rejects(writeConfigFile(join(root, 'linked/b.conf'), 'x'), {
    ...refused,
    message: /is no directory$/,
  });
  t.equal(readFileSync(join(root, 'victim'), 'utf8'), 'precious');
});

t.test('a directory of others is refused', async (t) => {
  const root = t.testdir({ open: {}, theirs: {} });
  chmodSync(join(root, 'open'), 0o777);
  chownSync(join(root, 'theirs'), 4242, 0);
  await t.rejects(writeConfigFile(join(root, 'open/a'), 'x'), { message: /can be written by others$/ });
  await t.rejects(writeConfigFile(join(root, 'theirs/a'), 'x'), { message: /belongs to user 4242$/ });
});

t.test("what the system refuses is the system's error", async (t) => {
  const root = t.testdir({ file: '' });
  await t.rejects(readConfigFile(join(root, 'file/a')), { code: 'ENOTDIR' });
  await t.rejects(writeConfigFile(join(root, 'none/none/a'), 'x'), { code: 'ENOENT' });
  mkdirSync(join(root, 'd'), { mode: 0o755 });
  writeFileSync(join(root, 'd/a'), 'x');
  await t.rejects(writeConfigFile(join(root, 'd/b'), null), { code: 'ENOENT' });
});
