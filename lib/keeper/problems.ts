import type { Look } from '../capture/index.ts';
import { printable } from '../printable.ts';
import type { Damage } from '../store/index.ts';

/** Where things are set aside. */
export interface Troubled {
  readonly callout: { readonly problems: readonly string[] };
  readonly capturing: { readonly look: Pick<Look, 'problems'> | null };
  /** Of the lock store, as former epochs left it. */
  readonly damage: readonly Damage[];
  readonly nextOwner: { readonly noRoom: string | null };
}

/** How many set-aside things a report names. */
const SHOWN = 50;

/**
 * What is set aside, one sentence for the callout's troubles and for each file of `sm/` or of the store, fit for a
 * terminal: however much is wrong with one file, it hides none of the others. Those that are too many are counted.
 */
export function problemsOf({ callout, capturing, damage, nextOwner }: Troubled): string[] {
  const found = new Map<string, string[]>();
  const add = (name: string, reason: string) => {
    const reasons = found.get(name);
    if (reasons === undefined) found.set(name, [reason]);
    else reasons.push(reason);
  };
  for (const { name, reason } of capturing.look?.problems ?? []) add(printable(name), reason);
  for (const { file, line, reason } of damage) {
    add(file, line === null ? reason : `line ${line}: ${reason}`);
  }
  const files = [...found].map(([name, [first, ...others]]) => {
    return `${name}: ${first}${others.length === 0 ? '' : ` (and ${others.length} more)`}`;
  });
  const all = [...callout.problems, ...(nextOwner.noRoom === null ? [] : [nextOwner.noRoom]), ...files];
  return all.length <= SHOWN ? all : [...all.slice(0, SHOWN), `and ${all.length - SHOWN} more`];
}
