import { rename, writeFile } from 'node:fs/promises';
import type { RuntimeDirectory } from '../node/runtime-directory.ts';
import { VERSION } from '../version.ts';
import { findKeeper } from './keeper-process.ts';

/**
 * Notes for the launcher that this keeper is of our version and works with these parameters, as the caller gave them: a
 * shell can compare texts, and no more. A keeper never goes over to others, which come with another process. What
 * cannot be noted, each monitor has to ask.
 *
 *     VERSION PID START-TIME      (proc(5), field 22 of /proc/PID/stat)
 *     NAME=VALUE                  one line for each parameter
 */
export async function noteAgreed(
  directory: RuntimeDirectory,
  pid: number,
  given: Readonly<Record<string, string>>,
  find = findKeeper,
): Promise<void> {
  const keeper = await find(directory);
  if (keeper?.pid !== pid || Object.values(given).some((value) => value.includes('\n'))) return;
  const lines = Object.entries(given).map(([name, value]) => `${name}=${value}\n`);
  const text = `${VERSION} ${keeper.pid} ${keeper.startTicks}\n${lines.join('')}`;
  try {
    await writeFile(`${directory.agreedFile}.new`, text, { mode: 0o600 });
    await rename(`${directory.agreedFile}.new`, directory.agreedFile);
  } catch {
    // A full /run: nothing depends on it.
  }
}
