import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod/mini';
import { Fault } from '../fault.ts';
import { printable } from '../printable.ts';
import { runChecked } from './command.ts';
import { findProcess } from './process.ts';

/**
 * How a daemon of this node is stopped and started: everything that must be known when it is down, so that whoever
 * finds it down can start it.
 */
export const daemonSchema = z.discriminatedUnion('by', [
  /** A unit of systemd. */
  z.object({ by: z.literal('unit'), unit: z.string() }),
  /** A program that is run with `stop` and `start` as its last argument. */
  z.object({ by: z.literal('command'), words: z.array(z.string()) }),
  /** A program that puts itself into the background, ended by SIGTERM. `command`: as the kernel calls the process. */
  z.object({ by: z.literal('process'), command: z.string(), argv: z.array(z.string()) }),
  /** A process that SIGKILL ends first; another entry starts it again. */
  z.object({ by: z.literal('kill'), command: z.string() }),
  /** The kernel's NFS server: the arguments of rpc.nfsd(8) that start it again. */
  z.object({ by: z.literal('nfsd'), argv: z.array(z.string()) }),
]);

export type Daemon = z.infer<typeof daemonSchema>;

/** Milliseconds for a daemon to stop or to start. */
const WITHIN = 30_000;
/** Milliseconds after SIGTERM until SIGKILL. */
const TERM_WITHIN = 5_000;

interface Means {
  readonly run: typeof runChecked;
  readonly start: typeof runDetached;
  readonly find: typeof findProcess;
  readonly kill: (pid: number, signal: NodeJS.Signals) => void;
  readonly termWithin: number;
}

const REAL: Means = {
  run: runChecked,
  start: runDetached,
  find: findProcess,
  kill: process.kill.bind(process),
  termWithin: TERM_WITHIN,
};

/** Stops a daemon; nothing happens where it is not running. @throws Fault that names what does not stop. */
export async function stopDaemon(daemon: Daemon, means: Partial<Means> = {}): Promise<void> {
  const { run, start, ...how } = { ...REAL, ...means };
  switch (daemon.by) {
    case 'unit':
      // Neither what needs the unit nor what the unit wants is touched: that would be sm-notify, too.
      await run(['systemctl', 'stop', '--job-mode=ignore-dependencies', daemon.unit], WITHIN);
      return;
    case 'command':
      return start([...daemon.words, 'stop'], WITHIN);
    case 'nfsd':
      await run(['rpc.nfsd', '0'], WITHIN);
      return;
    case 'process':
      return endProcess(daemon.command, ['SIGTERM', 'SIGKILL'], how);
    case 'kill':
      return endProcess(daemon.command, ['SIGKILL'], how);
  }
}

/** Starts it. @throws Fault where it does not start. */
export async function startDaemon(daemon: Daemon, means: Partial<Means> = {}): Promise<void> {
  const { run, start, find } = { ...REAL, ...means };
  switch (daemon.by) {
    case 'unit':
      await run(['systemctl', 'start', '--job-mode=ignore-dependencies', daemon.unit], WITHIN);
      return;
    case 'command':
      return start([...daemon.words, 'start'], WITHIN);
    case 'nfsd':
      // It waits until its threads have ended, and they perhaps for their storage.
      return start(['rpc.nfsd', ...daemon.argv], WITHIN, 'left');
    case 'process':
      // Somebody who looks after it may have been faster.
      if ((await find(daemon.command)) === null) await start(daemon.argv, WITHIN);
      return;
    case 'kill':
      return;
  }
}

/**
 * Runs a program that may leave a daemon behind, in a session of its own and without pipes to us: the daemon would hold
 * them open, and we would wait for it.
 * @param late what becomes of a program that takes longer.
 * @throws Fault `timed-out` after so many milliseconds, `not-installed`, or `failed` with the exit code.
 */
export async function runDetached(
  argv: readonly string[],
  within: number,
  late: 'killed' | 'left' = 'killed',
): Promise<void> {
  const [program = '', ...rest] = argv;
  const line = printable(argv.join(' '), 100);
  const child = spawn(program, rest, {
    ...{ detached: true, stdio: 'ignore', cwd: '/' },
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    const timer = setTimeout(() => {
      if (late === 'killed') child.kill('SIGKILL');
      reject(new Fault('timed-out', `${line} did not end within ${within} ms`));
    }, within);
    child.once('error', (cause) => {
      clearTimeout(timer);
      reject(new Fault('not-installed', `${printable(program)} cannot be run`, { subject: program, cause }));
    });
    child.once('exit', (exitCode) => {
      clearTimeout(timer);
      resolve(exitCode);
    });
  });
  if (code !== 0) throw new Fault('failed', `${line} failed with exit code ${code ?? 'of a signal'}`);
}

async function endProcess(
  command: string,
  signals: readonly NodeJS.Signals[],
  { find, kill, termWithin }: Pick<Means, 'find' | 'kill' | 'termWithin'>,
): Promise<void> {
  for (const signal of signals) {
    const deadline = Date.now() + termWithin;
    for (let first = true; ; first = false) {
      const found = await find(command);
      if (found === null) return;
      if (first) kill(found.pid, signal);
      else if (Date.now() > deadline) break;
      await pause(20);
    }
  }
  throw new Fault('timed-out', `${command} does not end`);
}
