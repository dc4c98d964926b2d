import { execa } from 'execa';

export interface RunOptions {
  /** Seconds until the command is killed and an error thrown; 90 unless told. */
  readonly timeout?: number;
  /** Added to the small environment that every command gets. */
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input; empty unless told. */
  readonly input?: string;
}

export interface Outcome {
  /** Exit code; 128 + signal number when a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What every command starts with: nothing of the caller's environment is passed on. */
export const SMALL_ENVIRONMENT = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  HOME: '/root',
} as const;

/** Exit code of coreutils' `timeout` when it had to end the command. */
const TIMED_OUT = 124;
const KILLED = 137;

/**
 * Runs a command to its end behind `prefix` (an nsenter call, or nothing). The time limit is kept by `timeout`
 * on the far side of the prefix, because a signal sent to nsenter would not reach what it started.
 */
export async function runBehind(
  prefix: readonly string[],
  argv: readonly string[],
  options: RunOptions,
): Promise<Outcome> {
  const seconds = options.timeout ?? 90;
  const [program = '', ...rest] = [...prefix, 'timeout', '-k', '1', String(seconds), ...argv];
  const started = Date.now();
  const result = await execa(program, rest, {
    env: { ...SMALL_ENVIRONMENT, ...options.env },
    extendEnv: false,
    input: options.input ?? '',
    reject: false,
    stripFinalNewline: false,
    timeout: (seconds + 5) * 1000,
    killSignal: 'SIGKILL',
  });
  const { stdout, stderr } = result;
  const code = result.exitCode ?? 128;
  const late = Date.now() - started >= seconds * 1000 && (code === TIMED_OUT || code === KILLED);
  if (late || result.timedOut) {
    throw new Error(`${argv.join(' ')}: not done after ${seconds} s\n${stdout}${stderr}`);
  }
  if (result.exitCode === undefined && result.signal === undefined) {
    throw new Error(`${argv.join(' ')}: cannot be started`, { cause: result });
  }
  return { code, stdout, stderr };
}

/** The standard output of a command's outcome; throws when it failed. */
export function outputOf(what: string, outcome: Outcome): string {
  if (outcome.code === 0) return outcome.stdout;
  throw new Error(`${what}: exit code ${outcome.code}\n${outcome.stdout}${outcome.stderr}`);
}
