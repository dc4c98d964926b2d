import { setTimeout as pause } from 'node:timers/promises';
import type { PlacedOnNode } from '../convey/index.ts';
import { errnoOf, Fault, sentenceOf } from '../fault.ts';
import type { Log } from '../node/event-log.ts';
import type { Service } from '../node/service.ts';
import { findStatdDirectory } from '../node/statd-directory.ts';
import { bootId, nodeName } from '../node/this-node.ts';
import { statdDirectory } from '../nsm/statd-directory.ts';
import { type Holder, readStore } from '../store/index.ts';
import { takeOver } from './adoption.ts';
import { LAST_CAPTURE_WITHIN, locksLeft, release } from './leaving.ts';
import { forgetKept, forgetReleased, type KeptLocks } from './lock-notes.ts';
import type { Surroundings } from './surroundings.ts';

/** How long the lock store may take to say whose the service is, milliseconds. */
const LOOKS_WITHIN = 2000;

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
  // The store says it from now on; what comes of a capture that is late says nothing.
  if (durable) await forgetReleased(service, surroundings);
  if (released || left === null) await forgetKept(service, surroundings);
  log('stopped', { released, durable });
  return durable && (released || left?.kept !== false);
}

/**
 * The same for a service whose locks a stop has kept here, and whose start has failed since: unless they are gone by now, with
 * their lock manager, or because another node has had the service, or the file system that they are on is not here.
 */
export async function leaveKept(
  { service, lockManager }: KeptLocks,
  exempt: PlacedOnNode,
  surroundings: Surroundings,
  log: Log,
): Promise<boolean> {
  const now = (await surroundings.atWork()).lockManager?.identity;
  if (now === lockManager && (await mayBeHereStill(service, surroundings)))
    return leaveLate(service, exempt, surroundings, log);
  await forgetKept(service, surroundings);
  return true;
}

/**
 * As mayBeHere, within bounds. Not to be asked where the answer does not matter: a storage that hangs holds the thread, and
 * with it the process.
 */
function mayBeHereStill(service: Service, surroundings: Surroundings): Promise<boolean> {
  const slow = pause(LOOKS_WITHIN, true, { ref: false });
  return Promise.race([mayBeHere(service, surroundings), slow]);
}

/** Does the lock store say that this node had the service last? One that cannot be read does not say no. Never rejects. */
async function mayBeHere({ sharedDir }: Service, { disk }: Surroundings): Promise<boolean> {
  try {
    return await isOurs((await readStore(sharedDir, disk)).holder);
  } catch (error) {
    return !(error instanceof Fault && errnoOf(error.facts.cause) === 'ENOENT');
  }
}

async function isOurs({ node, bootId: boot }: Holder): Promise<boolean> {
  return node === nodeName() && boot === (await bootId());
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
  if ((ended?.to ?? null) !== null || !(await isOurs(holder))) return false;
  const statd = statdDirectory(await findStatdDirectory(service.statdDir));
  const { store } = await takeOver(service, statd, surroundings, exempt);
  await store.commit([{ type: 'ended', at: Date.now(), released }]);
  await store.close();
  return true;
}
