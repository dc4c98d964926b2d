import { createHash } from 'node:crypto';
import { Fault } from '../../fault.ts';
import { lockForLife } from '../../node/file-lock.ts';
import type { NodeDirectory } from '../../node/node-directory.ts';
import { printable } from '../../printable.ts';

/** Services on whose stores this process works already. */
const ours = new Set<string>();

/**
 * Makes this process the only one of the node that works on a service's store by hand, until it ends, however that is: one
 * that a hung storage holds has not. So such commands do not pile up either.
 * @throws Fault `not-ours` where another one is at work
 */
export async function workAlone(service: string, node: NodeDirectory): Promise<void> {
  if (ours.has(service)) return;
  // A store may say any name.
  const word = createHash('sha256').update(service).digest('hex').slice(0, 32);
  await node.create();
  if (!(await lockForLife(node.byHandLock(word), 0))) {
    throw new Fault('not-ours', `another lockferry command works on the store of ${printable(service, 80)}`, {
      cure: 'wait until it has ended',
    });
  }
  ours.add(service);
}
