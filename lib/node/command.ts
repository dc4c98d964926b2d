import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { execa } from 'execa';
import { Fault } from '../fault.ts';
import { printable } from '../printable.ts';

/** What a child gets instead of our environment: nothing of NODE_OPTIONS, proxies or locales is inherited. */
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

/** What a program of the node says is less than this, bytes; it is all kept in memory. */
const OUTPUT_LIMIT = 1 << 20;

/** What a program that has ended left running gets to finish what it says, milliseconds; a daemon never would. */
const LAST_WORDS_WITHIN = 200;

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program of the node and waits for its end, not for that of daemons which it may leave behind.
 * @param timeout milliseconds after which it is killed.
 * @param limit bytes that it may say.
 * @throws Fault `not-installed` where the program does not exist, `timed-out`, or `failed` where it was killed,
 *   said more than the limit or could not be run. A non-zero exit is a result, not a fault.
 */
export async function runCommand(
  command: readonly string[],
  timeout: number,
  limit = OUTPUT_LIMIT,
): Promise<CommandResult> {
  const [program = '', ...args] = command;
  const child = execa(program, args, {
    env: ENVIRONMENT,
    extendEnv: false,
    stdin: 'ignore',
    // Its handlers of our signals would end us where we handle a signal once, before we are done.
    cleanup: false,
    timeout,
    killSignal: 'SIGKILL',
    // execa quotes all that was said in its error, which takes some seventy times its size of memory.
    buffer: false,
    reject: false,
  });
  const [stdout, stderr] = [heard(child.stdout, limit), heard(child.stderr, limit)];
  child.once('exit', () => {
    const hangUp = () => {
      child.stdout.destroy();
      child.stderr.destroy();
    };
    setTimeout(hangUp, LAST_WORDS_WITHIN).unref();
  });
  const result = await child;
  const line = printable(command.join(' '), 100);
  if (result.timedOut) throw new Fault('timed-out', `${line} did not end within ${timeout} ms`);
  if (result.code === 'ENOENT') {
    throw new Fault('not-installed', `${program} is not installed`, { subject: program });
  }
  // Of an answer beyond the limit only the beginning is here, whatever the program made of its closed pipe.
  if (stdout.exceeded || stderr.exceeded)
    throw new Fault('failed', `${line} said more than ${limit / (1 << 20)} MiB`);
  if (result.exitCode === undefined) {
    throw new Fault('failed', `${line} could not be run`, { cause: result.cause });
  }
  return { exitCode: result.exitCode, stdout: stdout.text, stderr: stderr.text };
}

/** What comes out of a stream, without its last newline; beyond the limit, the stream is closed. */
function heard(stream: Readable, limit: number): { readonly exceeded: boolean; readonly text: string } {
  const chunks: Buffer[] = [];
  let length = 0;
  stream.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= limit) chunks.push(chunk);
    else stream.destroy();
  });
  return {
    get exceeded() {
      return length > limit;
    },
    get text() {
      return Buffer.concat(chunks)
        .toString()
        .replace(/\r?\n$/, '');
    },
  };
}

/** The same, for a program that must succeed. @throws also Fault `failed` with the first line of its complaint. */
export async function runChecked(
  command: readonly string[],
  timeout: number,
  limit = OUTPUT_LIMIT,
): Promise<string> {
  const { exitCode, stdout, stderr } = await runCommand(command, timeout, limit);
  if (exitCode === 0) return stdout;
  throw new Fault('failed', `${printable(command.join(' '), 100)} failed with exit code ${exitCode}`, {
    found: stderr.trim().split('\n', 1).join(''),
  });
}

/**
 * The same, for what must come to its end once it has begun: nobody kills it, and what is not waited for goes on.
 * @param within milliseconds to wait for it. @throws also Fault `timed-out`.
 */
export async function runThrough(command: readonly string[], within: number): Promise<string> {
  const over = new AbortController();
  const late = pause(within, null, over).catch(() => null);
  const said = await Promise.race([runChecked(command, 0), late]).finally(() => over.abort());
  if (said !== null) return said;
  throw new Fault('timed-out', `${printable(command.join(' '), 100)} goes on after ${within} ms`);
}
