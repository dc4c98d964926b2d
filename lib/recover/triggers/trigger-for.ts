import type { PlacedLines } from '../../convey/index.ts';
import { readConveyed } from '../../convey/index.ts';
import { sentenceOf } from '../../fault.ts';
import type { LockManagerKind } from '../../node/lock-manager.ts';
import type { NodeDirectory } from '../../node/node-directory.ts';
import type { Service } from '../../node/service.ts';
import type { StatdDirectory } from '../../nsm/statd-directory.ts';
import { readStateFile, writeStateFile } from '../../nsm/state-file.ts';
import { reservedNumbers } from '../../nsm/state-number.ts';
import { notifyClients } from '../notifier/index.ts';
import type { openGrace } from '../open-grace.ts';
import { type NodeRecords, otherThan } from '../restart-round.ts';
import type { RecoveryWorld } from '../world.ts';
import { placeForOthers } from './place-for-others.ts';
import { restartTrigger, underNodeLock } from './restart.ts';
import { tellBySmNotify } from './sm-notify.ts';
import type { Trigger } from './types.ts';

export interface TriggerOptions
  extends Pick<RecoveryWorld, 'lockManager' | 'isGraceOn' | 'conveyTo' | 'log'> {
  readonly service: Pick<Service, 'trigger' | 'restartCommand'>;
  readonly node: NodeDirectory;
  readonly statd: StatdDirectory;
  /** What convey has put into the live `sm/` for this service, and the file where that is remembered. */
  readonly placed: PlacedLines;
  readonly placedFile: string;
  /** Makes the duty to tell the clients of the whole node durable. */
  readonly recordDuty: (records: NodeRecords) => Promise<void>;
  readonly placedIn: (path: string) => PlacedLines;
  /** See PlaceOptions. */
  readonly reserve: () => Promise<number>;
  /** rpc.statd, if it runs; else null. */
  readonly findStatd: () => Promise<unknown>;
  readonly openGrace: typeof openGrace;
  readonly restart?: typeof restartTrigger;
}

/** Places nothing. */
export const NOTHING_TO_PLACE: Trigger['place'] = async () => null;
/** Opens nothing: grace is somebody else's, or on already. */
export const NOTHING_TO_OPEN: Trigger['open'] = async () => 'kept';
/** Milliseconds that another service may take to restart the lock manager. */
const LOCK_WITHIN = 30_000;

/** What the service's trigger does on this node. */
export function triggerFor(options: TriggerOptions): Trigger {
  const { service } = options;
  const kept: Trigger['open'] = (found, clients) => openWith(null, found.kind, clients, options);
  switch (service.trigger) {
    case 'auto': // the best way that this node has
      return {
        open: (found, clients) => openWith(dutyOf(options), found.kind, clients, options),
        place: NOTHING_TO_PLACE,
        tell: notifyClients,
      };
    case 'notify':
      return { open: kept, place: NOTHING_TO_PLACE, tell: notifyClients };
    case 'sm-notify': {
      const { dir, owner } = options.conveyTo;
      const tell = tellBySmNotify({ dir: `${dir}-notify`, owner, log: options.log });
      return { open: kept, place: NOTHING_TO_PLACE, tell };
    }
    case 'none': {
      const { statd, conveyTo, placed, reserve, findStatd } = options;
      const where = { statd, owner: conveyTo.owner, placed, reserve, findStatd };
      return { open: NOTHING_TO_OPEN, place: (files) => placeForOthers(files, where), tell: null };
    }
    default:
      return { open: restarting(service.trigger, options), place: NOTHING_TO_PLACE, tell: notifyClients };
  }
}

function restarting(what: 'lockd-restart' | 'nfs-restart', options: TriggerOptions): Trigger['open'] {
  const { node, statd, lockManager, isGraceOn, placedIn, recordDuty, restart = restartTrigger } = options;
  return (former) =>
    restart(former, {
      ...{ what, command: options.service.restartCommand, node, lockManager, isGraceOn },
      records: { conveyed: options.conveyTo.dir, placed: options.placedFile },
      means: { planFile: node.planFile, statd, placedIn, beforeDrop: recordDuty },
    });
}

/**
 * Opens grace, on the kernel's lock manager one service at a time; NFS-Ganesha drops no locks, so that services which arrive
 * together need not wait for each other. @param duty null: nobody's locks may be dropped.
 */
async function openWith(
  duty: Duty | null,
  kind: LockManagerKind,
  clients: number,
  { node, openGrace }: Pick<TriggerOptions, 'node' | 'openGrace'>,
): Promise<'kept' | 'restarted'> {
  if (kind === 'ganesha') return openGrace(kind, clients, null);
  return underNodeLock(node, LOCK_WITHIN, async () => {
    const way = await openGrace(kind, clients, duty?.beforeDrop ?? null);
    if (way === 'restarted') await duty?.afterDrop();
    return way;
  });
}

/** To tell all clients of the node that their locks were dropped. */
interface Duty {
  readonly beforeDrop: () => Promise<void>;
  /** For those that came meanwhile. Never rejects: grace is on. */
  readonly afterDrop: () => Promise<void>;
}

function dutyOf({ statd, recordDuty, log }: TriggerOptions): Duty {
  let recorded: NodeRecords = { files: [], stateNumber: 0 };
  return {
    async beforeDrop() {
      const { files } = await readConveyed(statd.path);
      const { first, last } = reservedNumbers(await readStateFile(statd.state));
      // statd goes on: the next duty, and sm-notify after a reboot, must not begin again with numbers that clients have had.
      await writeStateFile(statd.state, last);
      recorded = { files, stateNumber: first };
      await recordDuty(recorded);
    },
    async afterDrop() {
      try {
        const files = otherThan((await readConveyed(statd.path)).files, recorded.files);
        if (files.length > 0) await recordDuty({ ...recorded, files });
      } catch (error) {
        log('duty-failed', { reason: sentenceOf(error) });
      }
    },
  };
}
