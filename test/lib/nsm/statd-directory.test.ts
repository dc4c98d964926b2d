import { chmodSync, chownSync, lchownSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ownerOf, statdDirectory } from '../../../lib/nsm/statd-directory.ts';

t.test('its three parts', async (t) => {
  t.same(statdDirectory('/srv/statd'), {
    path: '/srv/statd',
    sm: '/srv/statd/sm',
    smBak: '/srv/statd/sm.bak',
    state: '/srv/statd/state',
  });
});

t.test('whose sm/ is, through links of root too', async (t) => {
  const dir = t.testdir({ real: {}, a: {}, b: { sm: '' }, c: {} });
  chownSync(join(dir, 'real'), 104, 65534);
  chmodSync(join(dir, 'real'), 0o750);
  symlinkSync('../real', join(dir, 'a/sm'));
  symlinkSync('a', join(dir, 'moved'));
  chownSync(join(dir, 'a'), 104, 65534);
  for (const path of ['a', 'moved']) {
    t.same(ownerOf(statdDirectory(join(dir, path))), { uid: 104, gid: 65534, mode: 0o750 }, path);
  }
  lchownSync(join(dir, 'a/sm'), 104, 65534);
  t.equal(ownerOf(statdDirectory(join(dir, 'a'))), null, "a link of statd's user is not followed");
  t.equal(ownerOf(statdDirectory(join(dir, 'b'))), null);
  t.equal(ownerOf(statdDirectory(join(dir, 'c'))), null);
});
