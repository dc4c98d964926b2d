import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { lockFile, lockForLife } from '../../../lib/node/file-lock.ts';

t.test('one at a time, for as long as it is held', async (t) => {
  const path = join(t.testdir({}), 'lock');
  const release = await lockFile(path, 0);
  t.ok(release);
  t.equal(await lockFile(path, 0), null);
  const since = performance.now();
  t.equal(await lockFile(path, 300), null);
  t.ok(performance.now() - since >= 300, 'it is waited for');
  const next = lockFile(path, 10_000);
  await release?.();
  const second = await next;
  t.ok(second, 'and had when it is free');
  await second?.();
});

t.test('whoever dies with it has given it back', async (t) => {
  const path = join(t.testdir({}), 'lock');
  const module = fileURLToPath(new URL('../../../lib/node/file-lock.js', import.meta.url));
  const script = `import(${JSON.stringify(module)}).then(({ lockFile }) => lockFile(${JSON.stringify(path)}, 0)).then(() => console.log('held'))`;
  const holder = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(holder.stdout, 'data');
  t.equal(await lockFile(path, 0), null);
  holder.kill('SIGKILL');
  const release = await lockFile(path, 10_000);
  t.ok(release);
  await release?.();
});

t.test('for life: whoever has it ends when he is done, and so does the lock', async (t) => {
  const path = join(t.testdir({}), 'lock');
  const module = fileURLToPath(new URL('../../../lib/node/file-lock.js', import.meta.url));
  const script = `import(${JSON.stringify(module)}).then(({ lockForLife }) => lockForLife(${JSON.stringify(path)}, 0)).then(console.log)`;
  const holder = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = await once(holder.stdout, 'data');
  t.equal(String(said).trim(), 'true');
  await once(holder, 'exit');
  t.equal(await lockForLife(path, 10_000), true);
  t.equal(await lockForLife(path, 0), false, 'it stays');
});

t.test('a lock that cannot be made is a fault', async (t) => {
  await t.rejects(lockFile(join(t.testdir({}), 'no', 'lock'), 0), { code: 'failed' });
  // flock(1) refuses that; nobody has the lock for it.
  await t.rejects(lockFile(join(t.testdir({}), 'lock'), Number.NaN), { code: 'failed' });
});
