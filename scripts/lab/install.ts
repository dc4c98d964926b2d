import { outputOf, runBehind } from './command.ts';

/**
 * Installs the built Lockferry into a file system, as a package would; `npm run build` must have run before.
 * @param interpreter the Node.js that it runs with.
 */
export async function installLockferry(
  repository: string,
  root: string,
  interpreter = process.execPath,
): Promise<void> {
  const argv = [`${repository}/scripts/install`, '--node', interpreter];
  const outcome = await runBehind([], argv, { env: { DESTDIR: root } });
  outputOf('scripts/install', outcome);
}
