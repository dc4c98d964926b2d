import { chmodSync, chownSync, lstatSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Fault } from '../../../lib/fault.ts';
import { makeDirectory, onFile, REAL_DISK, safeDirectory, syncDirectory } from '../../../lib/store/disk.ts';
import { shakyDisk } from './shaky-disk.ts';

t.test('a directory that others could write to is refused, and says what to do', async (t) => {
  const dir = t.testdir({ good: {}, open: {}, theirs: {}, file: '' });
  const at = (name: string) => join(dir, name);
  chmodSync(at('open'), 0o770);
  chownSync(at('theirs'), 1, 1);
  symlinkSync('good', at('link'));
  t.equal(await safeDirectory(REAL_DISK, `${at('good')}/`), at('good'));
  const refused = (name: string, found: string, cure: string) =>
    t.rejects(safeDirectory(REAL_DISK, at(name)), {
      code: 'not-ours',
      facts: { subject: at(name), found, cure },
    });
  const cure = 'chown -R root: it; chmod -R go-w it';
  await refused('open', 'can be written by others', cure);
  await refused('theirs', 'belongs to user 1', cure);
  await refused('file', 'is not a directory', 'give a directory');
  await refused('link', 'is a symbolic link', 'give the directory that it points to');
  await t.rejects(
    safeDirectory(REAL_DISK, `${at('link')}/`),
    { code: 'not-ours' },
    'a slash at the end hides no link',
  );
  await t.rejects(safeDirectory(REAL_DISK, at('none')), { code: 'failed', message: /ENOENT/ });
});

t.test('only the last component is made, for its owner alone', async (t) => {
  const dir = t.testdir({});
  const disk = REAL_DISK;
  t.equal(await makeDirectory(disk, join(dir, 'store')), join(dir, 'store'));
  t.equal(lstatSync(join(dir, 'store')).mode & 0o7777, 0o700);
  t.equal(await makeDirectory(disk, join(dir, 'store')), join(dir, 'store'), 'one that is there will do');
  await t.rejects(makeDirectory(disk, join(dir, 'none/store')), {
    code: 'failed',
    message: /\(ENOENT\)/,
  });
  symlinkSync('store', join(dir, 'link'));
  await t.rejects(makeDirectory(disk, join(dir, 'link')), { code: 'not-ours' });
});

t.test('what fails names the file; a fault stays what it is', async (t) => {
  const path = '/a/\nb';
  await t.rejects(
    onFile(path, 'read', () => Promise.reject(new Error('odd'))),
    { code: 'failed', message: 'cannot read /a/\\nb (unknown error)', facts: { subject: path } },
  );
  const fault = new Fault('not-ours', 'no');
  await t.rejects(
    onFile(path, 'read', () => Promise.reject(fault)),
    fault,
  );
  const disk = shakyDisk((call) => (call === 'sync' ? 'EIO' : undefined));
  await t.rejects(syncDirectory(disk, t.testdir({})), { code: 'failed', message: /cannot sync .* \(EIO\)/ });
});
