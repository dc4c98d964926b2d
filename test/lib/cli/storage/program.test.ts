import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { storageProgram } from '../../../../lib/cli/storage/program.ts';

t.test('it lies beside the command, not beside a link to it', async (t) => {
  const root = t.testdir({ share: {}, sbin: {} });
  const command = join(root, 'share/lockferry.cjs');
  writeFileSync(command, '');
  symlinkSync('../share/lockferry.cjs', join(root, 'sbin/lockferry'));
  t.equal(storageProgram(join(root, 'sbin/lockferry')), join(root, 'share/lockferry-storage.cjs'));
  t.throws(() => storageProgram(join(root, 'none')), { code: 'ENOENT' });
});
