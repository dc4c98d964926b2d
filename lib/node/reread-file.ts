import { readFileSync, statSync } from 'node:fs';

/** A file is looked at again at most once in so many milliseconds. */
const LOOK_EVERY = 1000;

/**
 * A small file of this node's /etc, parsed, and parsed again when it has changed. A file that cannot be read
 * counts as empty. Reads are synchronous: a thread of libuv's pool may be stuck in a file system that hangs.
 * @returns a function that gives the current content.
 */
export function rereadFile<T>(path: string, parse: (text: string) => T): () => T {
  let seen = '';
  let content = parse('');
  let lookedAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (performance.now() - lookedAt < LOOK_EVERY) return content;
    lookedAt = performance.now();
    try {
      const { mtimeMs, size, ino } = statSync(path);
      const version = `${mtimeMs} ${size} ${ino}`;
      if (version !== seen) content = parse(readFileSync(path, 'utf8'));
      seen = version;
    } catch {
      content = parse('');
      seen = '';
    }
    return content;
  };
}
