import { statSync } from 'node:fs';

/** A directory that has changed within this time, milliseconds, may change again without another mark. */
const RACY = 1000;

/**
 * Something that is made of the names in a directory: made anew only where they may have changed since.
 * @returns a function that gives it as it is now.
 */
export function whileUnchanged<T>(directory: string, make: () => T): () => T {
  let made: { readonly stamp: string; readonly what: T } | null = null;
  return () => {
    const stats = statSync(directory, { throwIfNoEntry: false });
    const stamp = stats && `${stats.dev} ${stats.ino} ${stats.mtimeMs}`;
    if (stamp !== undefined && made?.stamp === stamp) return made.what;
    const what = make();
    const lasting = stamp !== undefined && Date.now() - Number(stats?.mtimeMs) > RACY;
    made = lasting ? { stamp, what } : null;
    return what;
  };
}
