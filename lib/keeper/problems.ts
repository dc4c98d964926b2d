import type { Look } from '../capture/index.ts';
import { printable } from '../printable.ts';
import type { Damage } from '../store/index.ts';

/** Where things are set aside. */
export interface Troubled {
  readonly callout: { readonly problems: readonly string[] };
  readonly capturing: { readonly look: Pick<Look, 'problems'> | null };
  readonly store: { readonly state: { readonly damage: readonly Damage[] } };
}

/** How many of them a report names. */
const PROBLEMS_SHOWN = 20;

/** Things that were set aside, one sentence each, fit for a terminal. */
export function problemsOf({ callout, capturing, store }: Troubled): string[] {
  const files = (capturing.look?.problems ?? []).map(({ name, reason }) => `${printable(name)}: ${reason}`);
  const damage = store.state.damage.map(({ file, line, reason }) => `${file}:${line ?? ''} ${reason}`);
  return [...callout.problems, ...files, ...damage].slice(0, PROBLEMS_SHOWN);
}
