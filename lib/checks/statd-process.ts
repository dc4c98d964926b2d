import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProcess } from '../node/process.ts';

/** The words with which this node's rpc.statd was started; null: it does not run. @param root what to read as `/` */
export async function statdWords(root = '/'): Promise<string[] | null> {
  const proc = join(root, 'proc');
  const statd = await findProcess('rpc.statd', proc).catch(() => null);
  if (statd === null) return null;
  const words = await readFile(join(proc, String(statd.pid), 'cmdline'), 'utf8').catch(() => '');
  return words.split('\0').slice(1);
}

/**
 * The value of an option of rpc.statd(8) among the words that it was started with; null: it is not there.
 * @param letter and word: its short and long name, without dashes
 */
export function optionOf(words: readonly string[], letter: string, word: string): string | null {
  for (const [at, each] of words.entries()) {
    if (each === `-${letter}` || each === `--${word}`) return words[at + 1] ?? '';
    if (each.startsWith(`--${word}=`)) return each.slice(word.length + 3);
    if (each.startsWith(`-${letter}`) && each.length > 2) return each.slice(2);
  }
  return null;
}
