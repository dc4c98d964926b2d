/** How long to wait for a condition, in seconds, and what to add to the error when it never came. */
export interface Patience {
  readonly timeout: number;
  /** Seconds between two looks. */
  readonly interval?: number;
  /** Called when time is up: facts that help to see why. */
  readonly explain?: () => Promise<string> | string;
}

/** Polls until `probe` gives something other than undefined or false; throws when that takes too long. */
export async function waitUntil<T>(
  what: string,
  patience: Patience,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  const deadline = Date.now() + patience.timeout * 1000;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) {
      const facts = patience.explain === undefined ? '' : `\n${await patience.explain()}`;
      throw new Error(`after ${patience.timeout} s still not: ${what}${facts}`);
    }
    await pause(patience.interval ?? 0.1);
  }
}

/** Resolves after so many seconds. */
export function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
