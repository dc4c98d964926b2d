import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const exec = promisify(execFile);
const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

/** Runs a shell script with arguments. @throws where it fails. */
export async function sh(script: string, ...args: string[]): Promise<string> {
  const { stdout } = await exec('sh', ['-ec', script, 'sh', ...args], { env, maxBuffer: 1 << 28 });
  return stdout;
}
