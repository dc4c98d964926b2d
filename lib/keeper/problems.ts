import type { Look } from '../capture/index.ts';
import { printable } from '../printable.ts';
import type { Damage } from '../store/index.ts';

/** How many set-aside things are named. */
const SHOWN = 20;

/** The things that were set aside, one line each: files and lines in `sm/`, and what is damaged in the lock store. */
export function problemsOf(look: Look | null, damage: readonly Damage[]): string[] {
  const files = (look?.problems ?? []).map(({ name, reason }) => `${printable(name)}: ${reason}`);
  const lines = damage.map(({ file, line, reason }) => `${file}:${line ?? ''} ${reason}`);
  return [...files, ...lines].slice(0, SHOWN);
}
