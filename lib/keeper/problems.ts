import type { Problem } from '../capture/index.ts';
import { printable } from '../printable.ts';
import type { Damage } from '../store/index.ts';

/** How many set-aside things a report names. */
const SHOWN = 50;

/**
 * What is set aside, one sentence for each file of `sm/` or of the store, fit for a log: however much is wrong with one
 * file, it hides none of the others. Those that are too many are counted.
 */
export function problemsShown(files: readonly Problem[], damage: readonly Damage[]): string[] {
  const found = new Map<string, string[]>();
  const add = (name: string, reason: string) => {
    const reasons = found.get(name);
    if (reasons === undefined) found.set(name, [reason]);
    else reasons.push(reason);
  };
  for (const { name, reason } of files) add(printable(name), reason);
  for (const { file, line, reason } of damage) add(file, line === null ? reason : `line ${line}: ${reason}`);
  const all = [...found].map(([name, [first, ...others]]) => {
    return `${name}: ${first}${others.length === 0 ? '' : ` (and ${others.length} more)`}`;
  });
  return all.length <= SHOWN ? all : [...all.slice(0, SHOWN), `and ${all.length - SHOWN} more`];
}
