import { readFile } from 'node:fs/promises';
import { runBehind } from './command.ts';

/** Throws, naming everything that is lacking, unless this machine has what the lab needs besides its kernel. */
export async function checkRequirements(repository: string): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('the lab makes namespaces and mounts: run it as root');
  const text = await readFile(`${repository}/scripts/lab/packages`, 'utf8');
  const names = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  // Unknown names are errors to dpkg-query, and simply do not appear in what it prints.
  const query = ['dpkg-query', '-W', '-f', `\${Package} \${db:Status-Status}\n`, ...names];
  const installed = new Set((await runBehind([], query, {})).stdout.split('\n'));
  const lacking = names.filter((name) => !installed.has(`${name} installed`));
  if (lacking.length === 0) return;
  throw new Error(
    `Debian packages are lacking: ${lacking.join(', ')}; scripts/lab/install-packages installs them`,
  );
}
