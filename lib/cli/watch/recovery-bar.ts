import type { ClientCounts } from '../../keeper/index.ts';

/** What each part of a bar means; for a wide window, and for a small one. */
export const LEGENDS: readonly string[] = [
  '# back  = told  - answered  . not yet  x missed',
  '#back =told -answered .not yet xmissed',
];

/** How far a recovery is: one character for so many clients; nobody who is there is left out. */
export function recoveryBar(counts: ClientCounts, width: number): string {
  const parts: [string, number][] = [
    ['#', counts.back + counts.present],
    ['=', counts.told],
    ['-', counts.answered],
    ['x', counts.missed],
    ['.', counts.recorded + counts.conveyed],
  ];
  const total = totalOf(counts);
  if (total === 0) return `[${' '.repeat(width)}]`;
  let bar = '';
  let sum = 0;
  for (const [character, number] of parts) {
    sum += number;
    const until = Math.round((sum / total) * width);
    bar += character.repeat(Math.max(until - bar.length, number > 0 && bar.length < width ? 1 : 0));
  }
  return `[${bar.slice(0, width)}]`;
}

export function totalOf(counts: ClientCounts): number {
  return Object.values(counts).reduce((sum, number) => sum + number, 0);
}
