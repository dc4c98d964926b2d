import { setTimeout as delay } from 'node:timers/promises';

export interface UntilOptions {
  /** What is waited for, for the error. */
  readonly what: string;
  /** Milliseconds. */
  readonly timeout: number;
  /** Milliseconds between two looks, default 100. */
  readonly every?: number;
}

/** Polls until `look` gives something other than undefined or false; throws with the last error after the time-out. */
export async function until<T>(
  look: () => Promise<T | undefined | false>,
  options: UntilOptions,
): Promise<T> {
  const end = Date.now() + options.timeout;
  let cause: unknown;
  for (;;) {
    try {
      const seen = await look();
      if (seen !== undefined && seen !== false) return seen;
    } catch (error) {
      cause = error;
    }
    if (Date.now() >= end) throw new Error(`not within ${options.timeout} ms: ${options.what}`, { cause });
    await delay(options.every ?? 100);
  }
}
