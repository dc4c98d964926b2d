import { readlink } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';

const OUTSIDE = 'LOCKFERRY_TEST_OUTSIDE';
const SCRIPT = 'ip link set lo up && exec "$0" "$@"';

/**
 * Runs the tests of a file, at the same time, in a network namespace of their own, which has nothing but loopback: no
 * rpcbind, and no lock manager or statd that could be mistaken for theirs.
 * @param file the file's import.meta.url: it is run again inside.
 * @param jobs how many tests run at the same time.
 */
export async function inOwnNetwork(
  file: string,
  tests: Readonly<Record<string, (t: Test) => Promise<void>>>,
  jobs = Object.keys(tests).length,
): Promise<void> {
  const network = await readlink('/proc/self/ns/net');
  const outside = process.env[OUTSIDE];
  if (outside === undefined) {
    const command = ['-n', 'sh', '-c', SCRIPT, process.execPath, fileURLToPath(file)];
    await t.spawn(
      'unshare',
      command,
      { env: { ...process.env, [OUTSIDE]: network } },
      'in a network of its own',
    );
    return;
  }
  t.not(network, outside, 'this is another network');
  t.jobs = jobs;
  for (const [name, test] of Object.entries(tests)) t.test(name, { buffered: true }, test);
}
