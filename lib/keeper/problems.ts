import type { Problem } from '../capture/index.ts';
import { printable } from '../printable.ts';
import type { Damage } from '../store/index.ts';

/** How many set-aside things a report names. */
const SHOWN = 20;

/** What was set aside, one line each: of statd's directory first, then of the lock store. */
export function problemLines(found: readonly Problem[], damage: readonly Damage[]): string[] {
  const files = found.map(({ name, reason }) => `${printable(name)}: ${reason}`);
  const journals = damage.map(({ file, line, reason }) => `${file}:${line ?? ''} ${reason}`);
  return [...files, ...journals].slice(0, SHOWN);
}
