import { Fault } from '../fault.ts';
import { RuntimeDirectory } from '../node/runtime-directory.ts';
import { askKeeper } from './ask.ts';
import { type KeeperOptions, monitorKeeper, startKeeper } from './index.ts';
import type { Verdict } from './verdict.ts';

/** @param to the cluster's name of the node to which the service migrates. */
export type MigrationOptions = KeeperOptions & { readonly to: string };

/**
 * On the node that a service leaves: all that was recorded is durable, and that it is handed over, when this
 * resolves. The keeper goes on capturing until the other node has claimed the service.
 * @throws Fault that says why it is not handed over; the service is here as before then.
 */
export async function handOverKeeper(options: MigrationOptions): Promise<void> {
  // A keeper that died since the last monitor is brought back first: nobody else captures what it did not.
  const { state, reason } = await monitorKeeper(options);
  if (state === 'failed') throw new Fault('failed', reason ?? 'the keeper has failed');
  const { socket } = new RuntimeDirectory(options.service.name, options.runtime);
  await askKeeper(socket, { op: 'hand-over', to: options.to }, options.deadline);
}

/**
 * On the node to which it was handed over: takes the service over as start does.
 * @throws Fault as start does, and where the lock store here does not say that the service was handed over to this
 *   node: then the nodes do not see the same storage.
 */
export async function takeOverKeeper(options: MigrationOptions): Promise<Verdict> {
  const verdict = await startKeeper(options);
  const { socket } = new RuntimeDirectory(options.service.name, options.runtime);
  const { handedOverTo } = await askKeeper(socket, 'report', options.deadline);
  if (handedOverTo === options.to) return verdict;
  throw new Fault('failed', `the lock store here was not handed over to ${options.to}`, {
    cure: 'shared_dir must be the same storage on all nodes',
  });
}
