import { join } from 'node:path';
import t, { type Test } from 'tap';
import { nestedLocks } from '../../../lib/node/nested-locks.ts';
import { RuntimeDirectory } from '../../../lib/node/runtime-directory.ts';
import { exampleService } from '../../support/example-service.ts';
import { FakeRoot } from './fake-root.ts';

/** Three disks of a service, one of them below another one, a second service's, one of the node's, and one without locks. */
const MOUNTS = `20 1 8:1 / / rw - ext4 /dev/sda1 rw
21 20 8:2 / /srv/a rw - ext4 /dev/sdb rw
22 21 8:3 / /srv/a/data/x\\040y rw - ext4 /dev/sdc rw
23 22 8:4 / /srv/a/data/x\\040y/deep rw - ext4 /dev/sdd rw
24 21 8:5 / /srv/a/data/b rw - ext4 /dev/sde rw
25 21 8:6 / /srv/a/data/node rw - ext4 /dev/sdf rw
26 21 0:22 / /srv/a/data/none rw - tmpfs none rw
27 21 8:3 /sub /srv/a/data/again rw - ext4 /dev/sdc rw
28 21 8:2 /sub /srv/a/data/self rw - ext4 /dev/sdb rw
`;
const LOCKS = [1, 2, 3, 4, 5, 6]
  .map((minor) => `${minor}: POSIX  ADVISORY  WRITE 50 08:0${minor}:12 10 14\n`)
  .join('');

async function nested(
  t: Test,
  { exports = ['/srv/a/data'], etab = '' }: { exports?: string[]; etab?: string } = {},
  others: readonly string[] = [],
) {
  const root = new FakeRoot(t.testdir()).process(50, 'lockd');
  root.put({ 'proc/locks': LOCKS, 'proc/self/mountinfo': MOUNTS, 'srv/a/data/file': '' });
  root.link('data', 'srv/a/data');
  root.put({ 'var/lib/nfs/etab': etab, 'run/services/stopping/events.jsonl': '' });
  const runtime = join(root.path, 'run/services');
  const started = { 'nfs-a': exports, ...(others.length > 0 ? { 'nfs-b': others } : {}) };
  for (const [name, list] of Object.entries(started))
    await new RuntimeDirectory(name, runtime).create(exampleService({ name, exports: [...list] }));
  return { root, find: () => nestedLocks({ name: 'nfs-a', exports }, runtime, root.path) };
}

const [XY, DEEP, B, NODE] = ['x y', 'x y/deep', 'b', 'node'].map((each) => `/srv/a/data/${each}`);

t.test('what is mounted in an export and has locks, once, links followed', async (t) => {
  t.same(await (await nested(t)).find(), [XY, DEEP, B, NODE]);
  t.same(await (await nested(t, { exports: ['/data', '/srv/a/data'] })).find(), [XY, DEEP, B, NODE]);
});

t.test('not what others export, or have mounted in what they export', async (t) => {
  t.same(await (await nested(t, {}, ['/srv/a/data/b', '/srv/a/data/x y'])).find(), [NODE]);
  const etab = '/srv/a/data/node\t*(rw,sync)\n/srv/a/data/x\\040y/deep\t192.0.2.0/24(rw)\n';
  t.same(await (await nested(t, { etab })).find(), [XY, B]);
});

t.test('what is exported above, and the service itself, takes nothing from it', async (t) => {
  const etab = '/srv\t*(ro,fsid=0)\n/srv/a/data\t*(rw,crossmnt)\n/data\t*(rw)\n';
  t.same(await (await nested(t, { etab, exports: ['/data'] })).find(), [XY, DEEP, B, NODE]);
});

t.test('where nothing is locked, nothing is looked at; what is not known is not guessed', async (t) => {
  const gone = await nested(t, { exports: ['/srv/gone'] });
  await t.rejects(gone.find(), { code: 'ENOENT' });
  gone.root.put({ 'proc/locks': '' });
  t.same(await gone.find(), []);
  const { root, find } = await nested(t, {}, ['/srv/b']);
  root.remove('var');
  t.same(await find(), [XY, DEEP, B, NODE]);
  root.put({ 'run/services/nfs-b/service.json': '{}' });
  await t.rejects(find(), { code: 'malformed' });
});
