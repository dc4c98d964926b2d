import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { printable } from '../printable.ts';

/** A file, or where a link leads, before and after; null: it is not there. */
export interface SetupChange {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Longer lines of a configuration nobody reads. */
const LONGEST = 500;

/** What would be changed, as diff -u shows it. What strangers wrote cannot steer the terminal. */
export function setupDifference(changes: readonly SetupChange[]): string {
  const patches = changes.map(({ path, before, after }) => {
    const names = [before, after].map((text) => (text === null ? '/dev/null' : path)) as [string, string];
    return createTwoFilesPatch(...names, before ?? '', after ?? '', '', '', {
      headerOptions: FILE_HEADERS_ONLY,
    });
  });
  const lines = patches.join('').trimEnd().split('\n');
  return `${lines.map((line) => printable(line.replace(/\t$/, ''), LONGEST)).join('\n')}\n`;
}
