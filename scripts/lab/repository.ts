import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The path of this file inside the repository: how the repository's top is recognised. */
const LANDMARK = 'scripts/lab/room.sh';

/**
 * The repository's top directory, found upwards from the running program: the lab's shell scripts are used
 * where they lie, by TypeScript that may have been compiled or bundled to another place.
 */
export function repository(): string {
  const program = process.argv[1] ?? '';
  for (let path = dirname(program); path !== dirname(path); path = dirname(path)) {
    if (existsSync(join(path, LANDMARK))) return path;
  }
  throw new Error(`${program} does not lie in a repository with ${LANDMARK}`);
}
