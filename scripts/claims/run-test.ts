import { spawn } from 'node:child_process';

/** A test file that takes longer than this has failed, milliseconds. */
const WITHIN = 60_000;

/**
 * Runs a compiled test file by itself. @param root the directory that holds .tap-build
 * @returns the titles that passed, at any depth; a title that failed anywhere is not among them
 */
export function passedTitles(root: string, file: string): Promise<Set<string>> {
  const compiled = `.tap-build/${file.replace(/ts$/, 'js')}`;
  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/' };
  const child = spawn(process.execPath, [compiled], { cwd: root, env, stdio: ['ignore', 'pipe', 'ignore'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), WITHIN);
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      const titles = (word: string) =>
        [...printed.matchAll(new RegExp(`^ *${word} \\d+ - (.*?)(?: # time=.*| \\{)?$`, 'gm'))].map(
          ([, title]) => String(title).replaceAll('\\#', '#'),
        );
      const failed = new Set(titles('not ok'));
      resolve(new Set(titles('ok').filter((title) => !failed.has(title))));
    });
  });
}
