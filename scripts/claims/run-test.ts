import { spawn } from 'node:child_process';
import { outcomeOf, passedIn } from './outcome.ts';

/** A test file that takes longer than this has failed, milliseconds. */
const WITHIN = 60_000;

export interface RunOptions {
  /** Milliseconds after which it has failed. */
  readonly within?: number;
  /** It is enough to know that one of these failed. */
  readonly wanted?: ReadonlySet<string>;
}

/**
 * Runs a compiled test file by itself. @param root the directory that holds .tap-build
 * @returns the titles that passed, at any depth; a title that failed anywhere is not among them
 */
export function passedTitles(
  root: string,
  file: string,
  { within = WITHIN, wanted = new Set() }: RunOptions = {},
): Promise<Set<string>> {
  const compiled = `.tap-build/${file.replace(/ts$/, 'js')}`;
  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/' };
  // A group of its own, for some tests run themselves once more in a network of their own.
  const child = spawn(process.execPath, [compiled], {
    ...{ cwd: root, env, stdio: ['ignore', 'pipe', 'ignore'], detached: true },
  });
  const end = () => {
    // It may have ended by itself.
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  };
  const timer = setTimeout(end, within);
  let printed = '';
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    const outcomes = lines.flatMap((line) => outcomeOf(line) ?? []);
    if (outcomes.some(({ title, passed }) => !passed && wanted.has(title))) end();
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      resolve(passedIn(printed));
    });
  });
}
