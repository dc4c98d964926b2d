import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import t from 'tap';

t.test('the program takes its command line and leaves with its exit code', async (t) => {
  const { argv } = process;
  process.argv = ['node', fileURLToPath(import.meta.url), 'bogus'];
  await import('../../../lib/cli/main.ts');
  process.argv = argv;
  const deadline = Date.now() + 10_000;
  while (process.exitCode === undefined && Date.now() < deadline) await pause(5);
  t.equal(process.exitCode, 2);
  process.exitCode = 0;
});
