import { chmodSync, chownSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { locateStatdDirectory, ownerOf, statdDirectory } from '../../../lib/nsm/statd-directory.ts';

t.test('the given one, else where Red Hat keeps it, else where Debian and SUSE do', async (t) => {
  const both = t.testdir({
    nfs: { sm: {}, statd: { sm: {} } },
    debian: { sm: {}, statd: { sm: 'a client' } },
  });
  const among = (name: string): [string, string] => [join(both, name, 'statd'), join(both, name)];
  t.same(locateStatdDirectory('/srv/statd', among('nfs')), {
    path: '/srv/statd',
    sm: '/srv/statd/sm',
    smBak: '/srv/statd/sm.bak',
    state: '/srv/statd/state',
  });
  t.equal(locateStatdDirectory(null, among('nfs')).path, join(both, 'nfs/statd'));
  t.equal(locateStatdDirectory(null, among('debian')).path, join(both, 'debian'));
  t.equal(locateStatdDirectory(null, among('not there yet')).path, join(both, 'not there yet'));
  t.match(locateStatdDirectory(null).path, /^\/var\/lib\/nfs(\/statd)?$/);
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
