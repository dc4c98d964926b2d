import { readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readStateFile, writeStateFile } from '../../../lib/nsm/state-file.ts';

t.test('four bytes in the order of this machine, as nfs-utils writes them', async (t) => {
  const path = join(t.testdir({ 'state.new': 'left behind' }), 'state');
  await writeStateFile(path, 0x01020305);
  t.same(readFileSync(path), Buffer.from(Uint32Array.of(0x01020305).buffer));
  t.equal(statSync(path).mode & 0o7777, 0o644);
  t.equal(await readStateFile(path), 0x01020305);
  await writeStateFile(path, 3);
  t.equal(await readStateFile(path), 3);
});

t.test('no file, and one that is too short, say nothing; a negative number is what it is', async (t) => {
  const dir = t.testdir({ empty: '', short: 'abc', negative: Buffer.from(Int32Array.of(-2).buffer) });
  t.equal(await readStateFile(join(dir, 'none')), null);
  t.equal(await readStateFile(join(dir, 'empty')), null);
  t.equal(await readStateFile(join(dir, 'short')), null);
  t.equal(await readStateFile(join(dir, 'negative')), -2);
});

t.test('no link is followed, neither to read nor to write', async (t) => {
  const dir = t.testdir({ target: 'untouched' });
  symlinkSync('target', join(dir, 'state'));
  symlinkSync('target', join(dir, 'state.new'));
  await t.rejects(readStateFile(join(dir, 'state')), { code: 'ELOOP' });
  await writeStateFile(join(dir, 'state'), 5);
  t.equal(await readStateFile(join(dir, 'state')), 5);
  t.equal(readFileSync(join(dir, 'target'), 'latin1'), 'untouched');
});
