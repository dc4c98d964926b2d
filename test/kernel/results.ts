import { appendFile } from 'node:fs/promises';
import { sentenceOf } from '../../lib/fault.ts';
import { CODE_RUNNING } from './code-running.ts';
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

type What = Pick<Result, 'row' | 'by'>;

/**
 * Runs a row and keeps its result where `scripts/test-kernel --results FILE` asks for it. A run that throws is one that did
 * not pass, for a lock that never comes back is waited for until that throws: who left such runs out would count survivors.
 */
export async function noted<T extends Omit<Result, keyof What>>(
  what: What,
  run: () => Promise<T>,
): Promise<void> {
  try {
    await note({ ...what, ...(await run()) });
  } catch (error) {
    const [why] = sentenceOf(error).split('\n', 1);
    await note({ ...what, passed: false, fates: {}, note: why });
    throw error;
  }
}

async function note(result: Result): Promise<void> {
  const file = process.env.LOCKFERRY_KERNEL_RESULTS ?? '';
  if (file === '') return;
  const at = new Date().toISOString();
  await appendFile(file, `${JSON.stringify({ at, commit: CODE_RUNNING, ...result })}\n`);
}
