import type { StatdDirectory } from '../nsm/statd-directory.ts';
import { readStateFile } from '../nsm/state-file.ts';
import { nextStateNumber } from '../nsm/state-number.ts';
import type { Store } from '../store/index.ts';

/** The store whose number it is, and how what goes into it is made durable. */
export interface Numbered {
  readonly state: Pick<Store['state'], 'stateNumber'>;
  commit(changes: Parameters<Store['commit']>[0]): Promise<unknown>;
}

/**
 * The next NSM state number of a service, durable in its store when this resolves.
 * @param local the node's own statd directory
 * @param ahead how many numbers after it are reserved too
 */
export async function reserveNumber(store: Numbered, local: StatdDirectory, ahead = 0): Promise<number> {
  const number = nextStateNumber({
    stored: store.state.stateNumber,
    local: await readStateFile(local.state).catch(() => null),
    now: Date.now(),
  });
  await store.commit([{ type: 'number', number: number + ahead }]);
  return number;
}
