import { outputOf, runBehind } from './command.ts';

/** Installs the built Lockferry into a file system, as a package would; `npm run build` must have run before. */
export async function installLockferry(repository: string, root: string): Promise<void> {
  const argv = [`${repository}/scripts/install`, '--node', process.execPath];
  const outcome = await runBehind([], argv, { env: { DESTDIR: root } });
  outputOf('scripts/install', outcome);
}
