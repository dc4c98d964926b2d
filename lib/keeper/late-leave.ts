import { setTimeout as pause } from 'node:timers/promises';
import type { PlacedOnNode } from '../convey/index.ts';
import { sentenceOf } from '../fault.ts';
import type { Log } from '../node/event-log.ts';
import type { Service } from '../node/service.ts';
import { findStatdDirectory } from '../node/statd-directory.ts';
import { bootId, nodeName } from '../node/this-node.ts';
import { statdDirectory } from '../nsm/statd-directory.ts';
import { readStore } from '../store/index.ts';
import { takeOver } from './adoption.ts';
import { LAST_CAPTURE_WITHIN, locksLeft, release } from './leaving.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * What a keeper does as its service leaves this node, for one that has died: a last capture, of clients that came since,
 * and the release of the locks. Bounded, whatever the storage does.
 * @param exempt lines in statd's directory that are not statd's
 * @returns whether nothing is left to do; what failed is logged.
 */
export async function leaveLate(
  service: Service,
  exempt: PlacedOnNode,
  surroundings: Surroundings,
  log: Log,
): Promise<boolean> {
  const left = await locksLeft(service, true, surroundings);
  const captured = captureLate(service, exempt, surroundings, left?.kept === false).catch((error) => {
    log('capture-failed', { reason: sentenceOf(error) });
    return false;
  });
  const giveUp = pause(LAST_CAPTURE_WITHIN.leaving, false, { ref: false });
  const durable = await Promise.race([captured, giveUp]);
  const released = await release({ service, left, durable, log }, surroundings);
  log('stopped', { released, durable });
  return durable && (released || left?.kept !== false);
}

/**
 * Where the lock store is this node's still, in a new epoch of it: what lies in statd's directory, and that the service
 * has left. @returns whether that is durable. Rejects where the storage fails.
 */
async function captureLate(
  service: Service,
  exempt: PlacedOnNode,
  surroundings: Surroundings,
  released: boolean,
): Promise<boolean> {
  const { holder, ended } = await readStore(service.sharedDir, surroundings.disk);
  // Another node may have it by now, which must not lose it to one that leaves.
  if ((ended?.to ?? null) !== null || holder.node !== nodeName() || holder.bootId !== (await bootId()))
    return false;
  const statd = statdDirectory(await findStatdDirectory(service.statdDir));
  const { store } = await takeOver(service, statd, surroundings, exempt);
  await store.commit([{ type: 'ended', at: Date.now(), released }]);
  await store.close();
  return true;
}
