import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { Fault } from '../fault.ts';

/** A child gets nothing of our environment. */
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };
/** Our word, and flock(1)'s exit status, for: another one has it. */
const TAKEN = 'taken';
const CONFLICT = 75;

type Holder = ChildProcessByStdio<Writable, Readable, null>;

/**
 * Takes a lock that processes of this node share: flock(2) on a file, held by a child that ends with us, so that a
 * lock never outlives its owner.
 * @param path made where it is missing; its directory must be root's. @param within milliseconds to wait for it.
 * @returns what gives it back; null: another process has it. @throws Fault `failed` where flock(1) cannot be run.
 */
export async function lockFile(path: string, within: number): Promise<(() => Promise<void>) | null> {
  const holder = await hold(path, within);
  if (holder === null) return null;
  const ended = once(holder, 'close');
  return async () => {
    holder.stdin.end();
    await ended;
  };
}

/** As lockFile, until this process ends, whom the lock does not keep from that. @returns whether no other process has it. */
export async function lockForLife(path: string, within: number): Promise<boolean> {
  const holder = await hold(path, within);
  if (holder === null) return false;
  holder.unref();
  for (const pipe of [holder.stdin, holder.stdout]) if (pipe instanceof Socket) pipe.unref();
  return true;
}

/** @returns a child that has the lock until its standard input ends; null: another process has it. */
async function hold(path: string, within: number): Promise<Holder | null> {
  const flock = `flock --conflict-exit-code ${CONFLICT} --timeout ${within / 1000} 9`;
  const script = `${flock}; case $? in 0) echo held; cat ;; ${CONFLICT}) echo ${TAKEN} ;; esac`;
  const child = spawn('sh', ['-c', `exec 9>>"$0" || exit 1; ${script}`, path], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: ENVIRONMENT,
  });
  const said = await new Promise<string>((resolve) => {
    child.stdout.once('data', (bytes: Buffer) => resolve(String(bytes).trim()));
    child.once('error', () => resolve(''));
    child.once('close', () => resolve(''));
  });
  if (said === TAKEN) return null;
  if (said === '') throw new Fault('failed', `the lock ${path} cannot be taken by flock`, { subject: path });
  return child;
}
