import { appendFile } from 'node:fs/promises';
import type { Outcome } from './fate.ts';

/** One run of a row, for the table of results. */
export interface Result extends Pick<Outcome, 'fates'>, Partial<Pick<Outcome, 'served'>> {
  readonly row: string;
  readonly passed: boolean;
  /** Who placed the services. */
  readonly by: 'pacemaker' | 'hand';
  /** Milliseconds from the event to the last reclaim, and from there to the end of grace, and to new locks elsewhere. */
  readonly reclaimed?: number | undefined;
  readonly ended?: number;
  readonly granted?: readonly number[];
  /** Why it did not pass, where that is known. */
  readonly note?: string | undefined;
}

/** Keeps a result where `scripts/test-kernel --results FILE` asks for it. */
export async function note(result: Result): Promise<void> {
  const file = process.env.LOCKFERRY_KERNEL_RESULTS ?? '';
  if (file === '') return;
  const at = new Date().toISOString();
  await appendFile(file, `${JSON.stringify({ at, ...result })}\n`);
}
