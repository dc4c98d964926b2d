import { spawn } from 'node:child_process';

/** A test file that takes longer than this has failed, milliseconds. */
const WITHIN = 60_000;

const NOT_OK = /^ *not ok \d+ - (.*?)(?: # time=.*| \{)?$/;
const OK = /^ *ok \d+ - (.*?)(?: # time=.*| \{)?$/;

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
  const passed = new Set<string>();
  const failed = new Set<string>();
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const title = (form: RegExp) => form.exec(line)?.[1]?.replaceAll('\\#', '#');
      const [bad, good] = [title(NOT_OK), title(OK)];
      if (good !== undefined) passed.add(good);
      if (bad !== undefined) failed.add(bad);
      if (bad !== undefined && wanted.has(bad)) end();
    }
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      resolve(new Set([...passed].filter((title) => !failed.has(title))));
    });
  });
}
