import { readdir } from 'node:fs/promises';
import { Picture } from '../../capture/index.ts';
import { PlacedLines, PlacedOnNode } from '../../convey/index.ts';
import { Fault } from '../../fault.ts';
import { adopt } from '../../keeper/adoption.ts';
import type { AtWork } from '../../keeper/identities.ts';
import { NodeDirectory } from '../../node/node-directory.ts';
import { placedFiles, SERVICES_DIRECTORY } from '../../node/runtime-directory.ts';
import { findStatdDirectory } from '../../node/statd-directory.ts';
import { bootId, nodeName } from '../../node/this-node.ts';
import { statdDirectory } from '../../nsm/statd-directory.ts';
import { printable } from '../../printable.ts';
import {
  type Claim,
  claimEpoch,
  readStore,
  type Store,
  type StoredFile,
  type StoreState,
} from '../../store/index.ts';
import { damageText } from '../damage-text.ts';
import { workAlone } from './alone.ts';
import { refuseKept } from './kept.ts';
import { sinceRestored } from './since-restored.ts';
import type { Report } from './step.ts';

/** A file that is half-written for longer is set aside: adopt() looks for a little longer than that, milliseconds. */
const PATIENCE = 400;

/** Whose store is to be taken, and what for. */
export interface TakeOptions {
  /** The lock store's directory, absolute. */
  readonly dir: string;
  /** The service; null: the one that the store says. */
  readonly service: string | null;
  /** statd's directory on this node; null: the one that this system uses. */
  readonly statdDir: string | null;
  /** Whether the caller knows that the node which had the store is down. */
  readonly takeOver: boolean;
  /** Where the services' run-time directories are; undefined: at their usual place. */
  readonly runtime: string | undefined;
  /** Told how far it is; none comes from the command itself. */
  readonly report?: Report | undefined;
}

/** A store that is ours, with what statd's directory says now. */
export interface Taken {
  readonly store: Store;
  /** What was there before; null: the store is new. */
  readonly former: StoreState | null;
  readonly picture: Picture;
  /** Lines in `sm/` that are not statd's. */
  readonly exempt: PlacedOnNode;
  /** Files in `sm/` that the lock manager which runs now had statd write, where a former one's clients are to be told. */
  readonly present: readonly StoredFile[];
  /** Whether no lock was lost since the store was written last. */
  readonly inPlace: boolean;
  /** Whether the lock manager was started since `restore` conveyed all who are to be told: its grace is theirs. */
  readonly restored: boolean;
  /** What could not be read of it: the new epoch does not know it any more. */
  readonly damage: readonly string[];
}

/**
 * Begins an epoch of a lock store by hand, as a keeper would, for a node without one.
 * @param purpose a `snapshot` is made again and again, so it never takes a store from another node by itself: a node
 *   that lost the service must not come back by its timer. A `recovery` is what taking over is for.
 * @throws Fault `not-ours` where a keeper may have it, or somebody else is at it; `bad-parameter` without a service
 */
export async function takeStore(
  options: TakeOptions,
  purpose: 'snapshot' | 'recovery',
  { lockManager, statd }: AtWork,
): Promise<Taken> {
  const { dir, statdDir, takeOver, runtime, report } = options;
  const directory = statdDirectory(await findStatdDirectory(statdDir));
  const before = (await isNew(dir)) ? null : await readStore(dir);
  const service = options.service ?? before?.service ?? '';
  if (service === '') {
    throw new Fault('bad-parameter', `nothing in ${printable(dir)} says whose it is: give --service`);
  }
  await refuseKept(dir, service, runtime);
  await workAlone(service, nodeDirectory(runtime));
  if (before === null && purpose === 'recovery') {
    throw new Fault('failed', `there is no lock store in ${printable(dir)}`, { subject: dir });
  }
  const node = nodeName();
  if (before !== null && before.holder.node !== node && !takeOver) refuseOthers(before, purpose);
  const identities = { lockManager: lockManager?.identity ?? null, statd };
  const holder = { node, bootId: await bootId(), ...identities };
  const claim = await claimEpoch({ dir, service, holder, format: before?.format ?? 'record' });
  await refuseSuccessor(claim, before, { node, purpose });
  const { former } = claim;
  const known = former?.holder.bootId === holder.bootId ? former.current.values() : [];
  const { placedFile } = nodeDirectory(runtime);
  const others = () => placedFiles(runtime).filter((path) => path !== placedFile);
  const exempt = new PlacedOnNode(new PlacedLines(placedFile), others);
  const total = (await readdir(directory.sm).catch(() => [])).length;
  const onExamined = (names: number) =>
    report?.({ what: 'files of statd examined', done: Math.min(names, total), total });
  const picture = new Picture({ directory, known, knownHere: true, patience: PATIENCE, exempt, onExamined });
  const { base, present, inPlace } = await adopt(former, holder, lockManager, picture);
  const damage = (former?.damage ?? []).map(damageText);
  const ledger = purpose === 'snapshot' ? sinceRestored(former, holder, base.inherited) : null;
  const restored = ledger !== null;
  // A node that dies within a snapshot, at whatever moment, has left the store in order.
  const left = purpose === 'snapshot' ? { ended: { at: Date.now(), released: false } } : {};
  const store = await claim.establish({ ...base, ...(restored ? { ledger } : {}), ...left });
  return { store, former, picture, exempt, present, inPlace, restored, damage };
}

/** What the services of the node share, if their run-time directories are there. */
export function nodeDirectory(runtime: string | undefined): NodeDirectory {
  return NodeDirectory.beside(runtime ?? SERVICES_DIRECTORY);
}

/** Whether a directory holds no journal; one that is not there does not either. */
async function isNew(dir: string): Promise<boolean> {
  const names = await readdir(dir).catch(() => []);
  return !names.some((name) => name.startsWith('epoch-'));
}

/** Somebody may have taken the store since it was looked at: of him neither it nor the operator has said anything. */
async function refuseSuccessor(
  claim: Claim,
  before: StoreState | null,
  { node, purpose }: { node: string; purpose: 'snapshot' | 'recovery' },
): Promise<void> {
  const { former } = claim;
  if (former === null || former.epoch === before?.epoch) return;
  // Another command of this node has been at it.
  if (former.holder.node === node && former.ended !== null) return;
  try {
    refuseOthers(former, purpose);
  } catch (error) {
    await claim.abandon();
    throw error;
  }
}

function refuseOthers({ holder, epoch, ended }: StoreState, purpose: 'snapshot' | 'recovery'): void {
  if (ended !== null && purpose === 'recovery') return;
  const state = ended === null ? 'which has not left it' : 'which had it last';
  throw new Fault(
    'not-ours',
    `the lock store is that of ${printable(holder.node, 80)} (epoch ${epoch}), ${state}: ` +
      'give --take-over if that node does not run the service any more',
  );
}
