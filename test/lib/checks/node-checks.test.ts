import { chmod, chown } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { checkNode } from '../../../lib/checks/node-checks.ts';
import { exampleService } from '../../support/example-service.ts';

t.test('a healthy node passes, and the storage is not touched', async (t) => {
  const root = t.testdir({ var: { lib: { nfs: { sm: {} } } }, bin: { 'dbus-send': '' } });
  await chown(join(root, 'var/lib/nfs/sm'), 101, 65534);
  await chmod(join(root, 'bin/dbus-send'), 0o755);
  const service = exampleService({ sharedDir: '/srv/nfs/locks', lockManager: 'ganesha' });
  const findings = await checkNode(service, { nodeVersion: '20.1.0', root, path: join(root, 'bin') });
  t.same(
    findings.map(({ code, verdict, evidence }) => [code, verdict, evidence]),
    [
      ['node-version', 'ok', 'Node.js 20.1.0'],
      ['statd-directory', 'ok', '/var/lib/nfs/sm belongs to uid 101'],
      ['ganesha-control', 'ok', join(root, 'bin/dbus-send')],
      ['store-place', 'ok', '/srv/nfs/locks'],
      ['notify-unit', 'ok', 'there is no systemd'],
      ['notify-by-statd', 'ok', 'rpc.statd does not run'],
      ['lift-grace', 'ok', 'NFS-Ganesha is asked for'],
      ['nsm-local-state', 'ok', 'nsm_local_state is 0'],
    ],
  );
});
