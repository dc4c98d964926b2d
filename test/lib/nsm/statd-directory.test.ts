import { chmodSync, chownSync, symlinkSync } from 'node:fs';
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

t.test('whose sm/ is, through a link too', async (t) => {
  const dir = t.testdir({ real: {}, a: {}, b: { sm: '' }, c: {} });
  chownSync(join(dir, 'real'), 104, 65534);
  chmodSync(join(dir, 'real'), 0o750);
  symlinkSync('../real', join(dir, 'a/sm'));
  t.same(ownerOf(statdDirectory(join(dir, 'a'))), { uid: 104, gid: 65534, mode: 0o750 });
  t.equal(ownerOf(statdDirectory(join(dir, 'b'))), null);
  t.equal(ownerOf(statdDirectory(join(dir, 'c'))), null);
});
