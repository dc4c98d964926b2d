import { appendFile } from 'node:fs/promises';
import type { Outcome } from './fate.ts';

/** One run of a row, for the table of results. */
export interface Result extends Pick<Outcome, 'fates' | 'served'> {
  readonly row: string;
  readonly passed: boolean;
  /** Milliseconds from the event to the last reclaim, and from there to a new lock elsewhere. */
  readonly reclaimed?: number;
  readonly granted?: number;
}

/** Keeps a result where `scripts/test-kernel --results FILE` asks for it. */
export async function note(result: Result): Promise<void> {
  const file = process.env.LOCKFERRY_KERNEL_RESULTS ?? '';
  if (file === '') return;
  const at = new Date().toISOString();
  await appendFile(file, `${JSON.stringify({ at, ...result })}\n`);
}
