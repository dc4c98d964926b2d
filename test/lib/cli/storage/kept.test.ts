import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { refuseKept } from '../../../../lib/cli/storage/kept.ts';
import { RuntimeDirectory } from '../../../../lib/node/runtime-directory.ts';
import { byHand } from '../by-hand.ts';
import { brokenService, serviceOf } from '../reports.ts';

t.test('a store of a service that is started here is refused, by its name and by its place', async (t) => {
  const { runtime } = byHand(t);
  mkdirSync(join(runtime, 'not-started'));
  await refuseKept('/srv/nfs-a', 'nfs-a', runtime);
  await new RuntimeDirectory('nfs-a', runtime).create(serviceOf('nfs-a'));
  await brokenService(runtime, 'nfs-b');
  await refuseKept('/srv/other', 'other', runtime);
  const message = 'nfs-a is started on this node and keeps this lock store';
  await t.rejects(refuseKept('/srv/by-another-path', 'nfs-a', runtime), { code: 'not-ours', message });
  await t.rejects(refuseKept('/srv/nfs-a', 'called-otherwise', runtime), { code: 'not-ours', message });
  await t.rejects(refuseKept('/srv/x', 'nfs-b', runtime), { message: /^nfs-b is started/ });
  await new RuntimeDirectory('nfs-a', runtime).remove();
  await refuseKept('/srv/nfs-a', 'nfs-a', runtime);
});
