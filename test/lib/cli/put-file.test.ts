import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { putFile } from '../../../lib/cli/put-file.ts';

t.test('a file is replaced, and nothing is left beside it', async (t) => {
  const dir = t.testdir({ 'a.prom': 'old', elsewhere: 'untouched' });
  await putFile(join(dir, 'a.prom'), 'new');
  t.equal(readFileSync(join(dir, 'a.prom'), 'utf8'), 'new');
  symlinkSync('elsewhere', join(dir, `b.${process.pid}.new`));
  await t.rejects(putFile(join(dir, 'b'), 'new'), { code: 'failed', message: /cannot write .*b \(EEXIST\)/ });
  t.equal(readFileSync(join(dir, 'elsewhere'), 'utf8'), 'untouched', 'nobody is led elsewhere');
  t.same(readdirSync(dir).sort(), ['a.prom', 'elsewhere']);
});

t.test('what cannot be written is named', async (t) => {
  const dir = t.testdir({});
  await t.rejects(putFile(join(dir, 'none\\', 'a'), ''), { message: /none\\\\\/a \(ENOENT\)/ });
  writeFileSync(join(dir, 'file'), '');
  await t.rejects(putFile(join(dir, 'file', 'a'), ''), { message: /ENOTDIR/ });
});
