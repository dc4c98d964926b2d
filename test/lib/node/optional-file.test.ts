import { join } from 'node:path';
import t from 'tap';
import { readOptional } from '../../../lib/node/optional-file.ts';

t.test('a file, one that is not there, and one that cannot be read', async (t) => {
  const directory = t.testdir({ file: 'text\n', folder: {} });
  t.equal(await readOptional(join(directory, 'file')), 'text\n');
  t.equal(await readOptional(join(directory, 'none')), null);
  await t.rejects(readOptional(join(directory, 'folder')), { code: 'EISDIR' });
});
