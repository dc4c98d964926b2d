import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { workAlone } from '../../../../lib/cli/storage/alone.ts';
import { NodeDirectory } from '../../../../lib/node/node-directory.ts';
import { until } from '../../capture/sm-directory.ts';

const library = (path: string) => fileURLToPath(new URL(`../../../../lib/${path}`, import.meta.url));
const MODULES = [library('cli/storage/alone.js'), library('node/node-directory.js')];

t.test('one process at a time for a service, and its death makes room', async (t) => {
  const path = join(t.testdir({}), 'node');
  const node = new NodeDirectory(path);
  const script = `const [alone, directory, path, service, then] = process.argv.slice(1);
    Promise.all([import(alone), import(directory)])
      .then(([{ workAlone }, { NodeDirectory }]) => workAlone(service, new NodeDirectory(path)))
      .then(() => { console.log('alone'); if (then === 'stay') setInterval(() => {}, 1000); });`;
  const run = (then: string) =>
    spawn(process.execPath, ['-e', script, ...MODULES, path, 'nfs-a/../b', then], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  const other = run('stay');
  t.teardown(() => other.kill('SIGKILL'));
  await once(other.stdout, 'data');
  await t.rejects(workAlone('nfs-a/../b', node), {
    code: 'not-ours',
    message: 'another lockferry command works on the store of nfs-a/../b',
  });
  await workAlone('nfs-b', node);
  other.kill('SIGKILL');
  await once(other, 'exit');
  const next = run('end');
  const [code] = await once(next, 'exit');
  t.equal(code, 0, 'the lock keeps nobody from ending');
  await until(async () =>
    workAlone('nfs-a/../b', node).then(
      () => true,
      () => false,
    ),
  );
  await workAlone('nfs-a/../b', node);
});

t.test('another failure is said as it is', async (t) => {
  const path = join(t.testdir({}), 'file');
  writeFileSync(path, '');
  await t.rejects(workAlone('nfs-c', new NodeDirectory(path)), /EEXIST|ENOTDIR/);
});
