import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Fault } from '../fault.ts';

/** A child gets nothing of our environment. */
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };
/** flock(1)'s word for: another one has it. */
const TAKEN = 'taken';

/**
 * Takes a lock that processes of this node share: flock(2) on a file, held by a child that ends with us, so that a
 * lock never outlives its owner.
 * @param path made where it is missing; its directory must be root's. @param within milliseconds to wait for it.
 * @returns what gives it back; null: another process has it. @throws Fault `failed` where flock(1) cannot be run.
 */
export async function lockFile(path: string, within: number): Promise<(() => Promise<void>) | null> {
  const holder = `flock --timeout ${within / 1000} 9 || { echo ${TAKEN}; exit 0; }; echo held; cat`;
  const child = spawn('sh', ['-c', `exec 9>>"$0" || exit 1; ${holder}`, path], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: ENVIRONMENT,
  });
  const ended = once(child, 'close');
  ended.catch(() => undefined);
  const said = await new Promise<string>((resolve) => {
    child.stdout.once('data', (bytes: Buffer) => resolve(String(bytes).trim()));
    child.once('error', () => resolve(''));
    child.once('close', () => resolve(''));
  });
  if (said === TAKEN) return null;
  if (said === '') throw new Fault('failed', `the lock ${path} cannot be taken by flock`, { subject: path });
  return async () => {
    child.stdin.end();
    await ended;
  };
}
