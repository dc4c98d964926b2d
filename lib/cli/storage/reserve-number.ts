import type { StatdDirectory } from '../../nsm/statd-directory.ts';
import { readStateFile } from '../../nsm/state-file.ts';
import { nextStateNumber } from '../../nsm/state-number.ts';
import type { Store } from '../../store/index.ts';

/**
 * The next NSM state number of a service, durable in its store when this resolves.
 * @param local the node's own statd directory
 * @param ahead how many numbers after it are reserved too
 */
export async function reserveNumber(store: Store, local: StatdDirectory, ahead = 0): Promise<number> {
  const number = nextStateNumber({
    stored: store.state.stateNumber,
    local: await readStateFile(local.state).catch(() => null),
    now: Date.now(),
  });
  await store.commit([{ type: 'number', number: number + ahead }]);
  return number;
}
