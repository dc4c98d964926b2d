import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readConfigLink, writeConfigLink } from '../../../lib/node/config-link.ts';

t.test('a link comes and goes', async (t) => {
  const path = join(t.testdir(), 'made/link');
  t.equal(await readConfigLink(path), null);
  await writeConfigLink(path, '/dev/null');
  t.equal(await readConfigLink(path), '/dev/null');
  await writeConfigLink(path, null);
  t.equal(await readConfigLink(path), null);
});

t.test('anything else is somebody\u2019s', async (t) => {
  const path = join(t.testdir(), 'file');
  writeFileSync(path, '');
  await t.rejects(readConfigLink(path), { code: 'not-ours' });
  await t.rejects(readConfigLink(join(path, 'below')), { code: 'ENOTDIR' });
});
