import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  forgetNotes,
  isNotedReleased,
  keptHere,
  noteKept,
  noteReleased,
} from '../../../lib/keeper/lock-notes.ts';
import { NodeDirectory } from '../../../lib/node/node-directory.ts';
import { exampleService } from '../../support/example-service.ts';
import { lockManager } from './example-surroundings.ts';

const SERVICE = { name: 'nfs-a' };

t.test('a release is noted for the lock manager that had the locks, until it is forgotten', async (t) => {
  const on = { node: new NodeDirectory(join(t.testdir({}), 'node')) };
  const is = (pid: number, name = 'nfs-a') => isNotedReleased({ name }, lockManager(pid), on);
  t.equal(await is(7), false);
  await forgetNotes(SERVICE, on);
  await noteReleased(SERVICE, lockManager(7), on);
  t.equal(statSync(on.node.releasedFile('nfs-a')).mode & 0o777, 0o600);
  t.equal(await is(7), true);
  t.equal(await is(8), false, 'another lock manager never had them');
  t.equal(await is(7, 'nfs-b'), false, 'nor has another service lost any');
  t.equal(await isNotedReleased(SERVICE, null, on), false, 'nobody has locks');
  await forgetNotes(SERVICE, on);
  t.equal(await is(7), false);
});

t.test('a service whose locks stayed is noted until it has started again', async (t) => {
  const on = { node: new NodeDirectory(join(t.testdir({}), 'node')) };
  const service = exampleService({ exports: ['/srv/a b'] });
  t.equal(await keptHere(SERVICE, on), null);
  await noteKept(service, on);
  t.equal(statSync(on.node.keptFile('nfs-a')).mode & 0o777, 0o600);
  t.same(await keptHere(SERVICE, on), service);
  t.equal(await keptHere({ name: 'nfs-b' }, on), null);
  for (const text of ['{', '{"name":"nfs-a"}']) {
    writeFileSync(on.node.keptFile('nfs-a'), text);
    t.equal(await keptHere(SERVICE, on), null, 'another version may have noted it in another way');
  }
  await forgetNotes(SERVICE, on);
  t.notOk(existsSync(on.node.keptFile('nfs-a')));
});

t.test('a note that cannot be made is no note', async (t) => {
  const file = join(t.testdir({}), 'file');
  writeFileSync(file, '');
  await t.rejects(noteReleased(SERVICE, lockManager(7), { node: new NodeDirectory(file) }), {
    code: 'ENOTDIR',
  });
});
