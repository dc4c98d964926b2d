import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  forgetKept,
  forgetReleased,
  isNotedReleased,
  keptLocks,
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
  await forgetReleased(SERVICE, on);
  await noteReleased(SERVICE, lockManager(7), on);
  t.equal(statSync(on.node.releasedFile('nfs-a')).mode & 0o777, 0o600);
  t.equal(await is(7), true);
  t.equal(await is(8), false, 'another lock manager never had them');
  t.equal(await is(7, 'nfs-b'), false, 'nor has another service lost any');
  t.equal(await isNotedReleased(SERVICE, null, on), false, 'nobody has locks');
  await forgetReleased(SERVICE, on);
  t.equal(await is(7), false);
});

t.test('locks that stayed are noted until their service has started again', async (t) => {
  const on = { node: new NodeDirectory(join(t.testdir({}), 'node')) };
  const kept = { service: exampleService({ exports: ['/srv/a b'] }), lockManager: 'lockd:7:1' };
  t.equal(await keptLocks(SERVICE, on), null);
  await noteKept(kept, on);
  t.equal(statSync(on.node.keptFile('nfs-a')).mode & 0o777, 0o600);
  t.same(await keptLocks(SERVICE, on), kept);
  t.equal(await keptLocks({ name: 'nfs-b' }, on), null);
  await forgetKept(SERVICE, on);
  t.equal(await keptLocks(SERVICE, on), null);
});

t.test('a note that is none is said to be none', async (t) => {
  const on = { node: new NodeDirectory(join(t.testdir({}), 'node')) };
  await noteKept({ service: exampleService(), lockManager: 'lockd:7:1' }, on);
  for (const text of ['{', '{"service":{"name":"nfs-a"},"lockManager":"lockd:7:1"}']) {
    writeFileSync(on.node.keptFile('nfs-a'), text);
    await t.rejects(keptLocks(SERVICE, on), {
      code: 'malformed',
      message: `${on.node.keptFile('nfs-a')} does not say whose locks were kept`,
    });
  }
});

t.test('a note that cannot be made is no note', async (t) => {
  const file = join(t.testdir({}), 'file');
  writeFileSync(file, '');
  await t.rejects(noteReleased(SERVICE, lockManager(7), { node: new NodeDirectory(file) }), {
    code: 'ENOTDIR',
  });
});
