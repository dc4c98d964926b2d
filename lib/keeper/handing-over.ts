import { Fault } from '../fault.ts';
import type { Service } from '../node/service.ts';
import type { Store } from '../store/index.ts';
import type { Capturing } from './capturing.ts';
import type { DurableWriter } from './durable.ts';
import type { Recovering } from './recovering.ts';

/** What a hand-over is made of. */
export interface HandedOver {
  readonly store: Store;
  readonly writer: DurableWriter;
  readonly capturing: Capturing;
  readonly recovering: Recovering;
}

/**
 * Makes the lock store ready for the node that claims it next: everything that statd wrote is durable, and then so is
 * the word that the service is handed over. That node finds the word there only if it sees the same storage.
 * Resolves when that is durable, however long the storage takes.
 * @param to the cluster's name of that node.
 * @throws Fault while clients can still reach the service here, for what they lock after this is known to nobody; and
 *   where another node has claimed the service already.
 */
export async function handOver(
  to: string,
  { addresses }: Pick<Service, 'addresses'>,
  local: ReadonlySet<string>,
  { store, writer, capturing, recovering }: HandedOver,
): Promise<void> {
  const here = addresses.find((address) => local.has(address));
  if (here !== undefined) {
    throw new Fault('bad-node', `address ${here} is still on this node; order nfslock before the address`);
  }
  if (!(await store.isOwner())) throw new Fault('not-ours', 'another node has taken over this service');
  // Nobody can be told from here any more. If grace ended here now, whoever is not back would count as missed.
  await recovering.breakOff();
  await capturing.capture();
  await writer.push([{ type: 'ended', at: Date.now(), released: false, to }]);
}
