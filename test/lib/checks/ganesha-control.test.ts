import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ganeshaControl } from '../../../lib/checks/ganesha-control.ts';
import { examined, exampleNode } from './example-node.ts';

t.test('NFS-Ganesha is spoken to by dbus-send', async (t) => {
  const ganesha = examined({ lockManager: 'ganesha' });
  t.match(await ganeshaControl.look(exampleNode(), ganesha), {
    ...{ verdict: 'bad', fault: 'not-installed', cure: 'install dbus' },
  });
  t.match(await ganeshaControl.look(exampleNode(), examined({ lockManager: 'kernel' })), { verdict: 'ok' });
  const path = t.testdir({ 'dbus-send': '' });
  chmodSync(join(path, 'dbus-send'), 0o755);
  const evidence = join(path, 'dbus-send');
  t.same(await ganeshaControl.look(exampleNode({ path }), ganesha), { verdict: 'ok', evidence });
});
