import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { NODE_DIRECTORY, NodeDirectory } from '../../../lib/node/node-directory.ts';
import { SERVICES_DIRECTORY } from '../../../lib/node/runtime-directory.ts';

t.test('what the services share lies in one directory of root alone', async (t) => {
  t.equal(new NodeDirectory().path, NODE_DIRECTORY);
  const path = join(t.testdir({}), 'run', 'node');
  const node = new NodeDirectory(path);
  const { restartLock, planFile, placedFile, lockdRestart, dutyLock, dutyStore, dutyStatd } = node;
  const all = [restartLock, planFile, placedFile, lockdRestart, dutyLock, dutyStore, dutyStatd];
  t.equal(new Set(all).size, all.length);
  t.ok(all.every((each) => dirname(each) === path));
  t.equal(NodeDirectory.beside(SERVICES_DIRECTORY).path, NODE_DIRECTORY);
  await node.create();
  await node.create();
  t.equal(statSync(path).mode & 0o777, 0o700);
});
