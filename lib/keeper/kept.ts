import type { PlacedLines, PlacedOnNode } from '../convey/index.ts';
import type { Log } from '../node/event-log.ts';
import type { RuntimeDirectory } from '../node/runtime-directory.ts';
import type { Service } from '../node/service.ts';
import { ownerOf, type StatdDirectory } from '../nsm/statd-directory.ts';
import { readStateFile } from '../nsm/state-file.ts';
import type { Change, Damage, Store, StoredFile } from '../store/index.ts';
import type { Adopted } from './adoption.ts';
import { Callout } from './callout.ts';
import { Capturing } from './capturing.ts';
import { DurableWriter } from './durable.ts';
import { NextOwner } from './next-owner.ts';
import { NodeShare } from './node-share.ts';
import { Ownership } from './ownership.ts';
import { Recovering } from './recovering.ts';
import type { Surroundings } from './surroundings.ts';

/** A service that was adopted: its open store, and what goes in and out of it. */
export interface Kept {
  readonly statd: StatdDirectory;
  readonly store: Store;
  readonly writer: DurableWriter;
  readonly capturing: Capturing;
  readonly recovering: Recovering;
  readonly callout: Callout;
  readonly share: NodeShare;
  readonly handedOverTo: string | null;
  /** What could not be read of former epochs. */
  readonly damage: readonly Damage[];
  readonly nextOwner: NextOwner;
}

/** Where a service is kept. */
export interface Place {
  readonly service: Service;
  readonly directory: RuntimeDirectory;
  readonly statd: StatdDirectory;
  /** Lines in the live `sm/` that convey put there for this service. */
  readonly placed: PlacedLines;
  /** The same for any service of the node. */
  readonly exempt: PlacedOnNode;
  readonly surroundings: Surroundings;
  /** Called for each file that is captured. */
  readonly onCapture: () => void;
  readonly log: Log;
}

/** Joins what a keeper works with; nothing of it is at work yet. */
export function keep({ store, picture, before, handedOverTo, damage }: Adopted, place: Place): Kept {
  const { service, directory, statd, placed, exempt, surroundings, log } = place;
  const { atWork, isGraceOn, localAddresses, lacking, resolver, settling, statdAnswers } = surroundings;
  const { graceTime, countLocks } = surroundings;
  const ownership = new Ownership(() => store.isOwner());
  const writer = new DurableWriter(async (changes) => {
    await store.commit(changes);
    ownership.committed();
  });
  const push = (changes: readonly Change[]) => writer.push(changes);
  const owner = ownerOf(statd) ?? { uid: 0, gid: 0, mode: 0o700 };
  const share = new NodeShare({
    ...{ service, directory, statd, owner, placed, push, surroundings, log },
    state: () => store.state,
  });
  const recovering = new Recovering({
    service,
    state: () => store.state,
    commit: push,
    lockManager: async () => (await atWork()).lockManager,
    ...{ isGraceOn, graceTime, localAddresses, resolver, settling, log, trigger: share.trigger },
    countLocks,
    lacking: () => lacking(service),
    localStateNumber: () => readStateFile(statd.state).catch(() => null),
    sm: statd.sm,
    conveyTo: { dir: directory.statdDirectory, owner },
  });
  const seen = (file: StoredFile) => {
    place.onCapture();
    // It is new to us, but older than what convey added to it: nobody has come back.
    if (exempt.untouched(file)) return [];
    share.seen(file);
    return recovering.seen(file);
  };
  const settled = () => writer.settled();
  const working = () => share.atWork();
  const capturing = new Capturing({
    ...{ picture, holder: before, atWork: working, statdAnswers, push, settled, seen, log },
  });
  const path = directory.calloutDirectory;
  const callout = new Callout({ path, statd, store, ownership, capturing, push, seen, log });
  const nextOwner = new NextOwner(store, log);
  const [first] = damage;
  if (first !== undefined) log('store-damaged', { places: damage.length, ...first });
  return { statd, store, writer, capturing, recovering, callout, share, handedOverTo, damage, nextOwner };
}
