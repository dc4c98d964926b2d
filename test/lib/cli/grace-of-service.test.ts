import { writeFileSync } from 'node:fs';
import t from 'tap';
import { graceOfService } from '../../../lib/cli/grace-of-service.ts';
import { RuntimeDirectory } from '../../../lib/node/runtime-directory.ts';
import { serviceOf } from './reports.ts';

t.test('nothing is known without a lock manager, or where it cannot be asked', async (t) => {
  const directory = new RuntimeDirectory('nfs-a', t.testdir({}));
  t.equal(await graceOfService(directory), null, 'none runs here');
  const broken = async () => {
    throw new Error('no /proc');
  };
  t.equal(await graceOfService(directory, () => ({ now: broken })), null);
  const old = { kind: 'ganesha', identity: 'g', startedAt: 0 } as const;
  t.equal(await graceOfService(directory, () => ({ now: async () => old })), null, 'nobody opened it lately');
});

t.test('the lock manager that the service names is asked about', async (t) => {
  const directory = new RuntimeDirectory('nfs-a', t.testdir({}));
  await directory.create({ ...serviceOf('nfs-a'), lockManager: 'kernel' });
  writeFileSync(directory.eventFile, '{"at":1,"event":"grace-opened"}\n{"at":2,"event":"back"}\n');
  const asked: string[] = [];
  const left = await graceOfService(directory, (choice) => {
    asked.push(choice);
    return { now: async () => ({ kind: 'ganesha', identity: 'g', startedAt: 0 }) };
  });
  t.same(asked, ['kernel']);
  t.equal(left, null, 'grace of such an old one was over long ago');
});
