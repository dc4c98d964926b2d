import { execFileSync } from 'node:child_process';
import { PROJECT } from '../../scripts/kernel-lab/project.ts';

/**
 * The commit that is tested, with a `+` where what is installed was changed since; undefined where git does not know. Looked up
 * when the tests begin, for that is when it was bundled.
 */
export const CODE_RUNNING = lookUp();

function lookUp(): string | undefined {
  try {
    const changed = git('status', '--porcelain', '--', 'lib', 'agents') !== '';
    return `${git('rev-parse', '--short', 'HEAD')}${changed ? '+' : ''}`;
  } catch {
    return undefined; // no git here, or an unpacked archive
  }
}

function git(...args: string[]): string {
  // The kernel tests are root's, the files often somebody else's.
  const argv = ['-c', 'safe.directory=*', '-C', PROJECT, ...args];
  return execFileSync('git', argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}
