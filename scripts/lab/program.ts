import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { exitOf } from './child.ts';
import { SMALL_ENVIRONMENT } from './command.ts';
import { innermost } from './process-tree.ts';
import { waitUntil } from './wait-until.ts';

/** A long-running program on a lab host. */
export interface Program {
  /** Process id as this machine sees it, to send it signals. */
  readonly pid: number;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  readonly log: string;
  /** What it has printed so far, both streams together. */
  printed(): Promise<string>;
  /** Sends a signal (SIGTERM unless told) and waits for its end, 10 s at most. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a program behind `prefix`, an nsenter call that enters a pid namespace. */
export async function startBehind(
  prefix: readonly string[],
  argv: readonly string[],
  options: { log: string; env: Readonly<Record<string, string>> },
): Promise<Program> {
  const [program = '', ...rest] = [...prefix, ...argv];
  const log = openSync(options.log, 'a');
  const child = spawn(program, rest, {
    env: { ...SMALL_ENVIRONMENT, ...options.env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const ended = exitOf(child);
  const printed = () => readFile(options.log, 'utf8');
  const explain = printed;
  const pid = await waitUntil(`${argv.join(' ')} runs`, { timeout: 5, interval: 0.005, explain }, () =>
    innermost(child.pid ?? 0, 1),
  );
  return {
    pid,
    ended,
    log: options.log,
    printed,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) process.kill(pid, signal);
      const gone = () => child.exitCode !== null || child.signalCode !== null;
      await waitUntil(`${argv.join(' ')} ends`, { timeout: 10, explain }, gone);
    },
  };
}
