import { readConveyed } from '../../convey/index.ts';
import { errnoOf, Fault } from '../../fault.ts';
import type { AtWork } from '../../keeper/identities.ts';
import { ownerOf, statdDirectory } from '../../nsm/statd-directory.ts';
import { readStateFile, writeStateFile } from '../../nsm/state-file.ts';
import { nextStateNumber } from '../../nsm/state-number.ts';
import { printable } from '../../printable.ts';
import { reserveNumber } from '../../recover/reserve-number.ts';
import { type Change, clientsOf, type LedgerEntry, type Store, type StoredFile } from '../../store/index.ts';
import { type TakeOptions, takeStore } from './take.ts';

/** Whom a round of notifications is about. */
export interface Round {
  /** Null for a statd directory, which does not say. */
  readonly service: string | null;
  /** Durable already. */
  readonly stateNumber: number;
  /** The records of those to be told. */
  readonly files: readonly StoredFile[];
  readonly ledger: readonly LedgerEntry[];
  /** Records of theirs that were in the live `sm/` before. */
  readonly present: readonly StoredFile[];
  readonly problems: readonly string[];
}

export interface RoundOptions extends TakeOptions {
  /** Whether the clients are to be told, too, that this node captured under the lock manager which runs now. */
  readonly again: boolean;
}

/**
 * Takes a store over and reserves the number of a round.
 * @throws Fault as takeStore, and the store's; `failed` where nobody would be told, for nothing shows that locks are lost
 */
export async function roundFromStore(
  options: RoundOptions,
  atWork: () => Promise<AtWork>,
): Promise<{ store: Store; round: Round }> {
  const { store, picture, present, inPlace, damage } = await takeStore(options, 'recovery', await atWork());
  const { state } = store;
  if (inPlace && options.again) await store.commit([{ type: 'recovery-begun', at: Date.now() }]);
  if (inPlace && state.current.size > 0 && state.inherited.size === 0) {
    await endRound(store, []);
    const clients = clientsOf(state.current.values()).size;
    const why = `nobody is told: ${clients} clients have their locks from this node's lock manager`;
    throw new Fault('failed', why, { cure: 'give --again if they were released since' });
  }
  const stateNumber = await reserveNumber(store, picture.directory);
  const [files, ledger] = [[...state.inherited.values()], [...state.ledger.values()]];
  const { service } = state;
  return { store, round: { service, stateNumber, files, ledger, present, problems: damage } };
}

/**
 * A round about the clients of a statd directory that nobody works with; its number is durable in its `state` file.
 * @throws Fault `bad-parameter` where it is none
 */
export async function roundFromDirectory(dir: string): Promise<Round> {
  const directory = statdDirectory(dir);
  if (ownerOf(directory) === null) {
    throw new Fault('bad-parameter', `${printable(dir)} is no statd directory: it has no sm/`);
  }
  const { files, setAside } = await readConveyed(dir);
  const stateNumber = nextStateNumber({
    stored: null,
    local: await readStateFile(directory.state),
    now: Date.now(),
  });
  await writeStateFile(directory.state, stateNumber).catch((cause: unknown) => {
    throw new Fault('failed', `cannot write ${printable(directory.state)} (${errnoOf(cause)})`, { cause });
  });
  const problems = setAside.map(({ name, reason }) => `${printable(name)}: ${reason}`);
  return { service: null, stateNumber, files, ledger: [], present: [], problems };
}

/** Makes the end of a round durable. @returns whether the store was ours to the end */
export async function endRound(store: Store, changes: readonly Change[]): Promise<boolean> {
  await store.commit([...changes, { type: 'ended', at: Date.now(), released: false }]);
  const ours = await store.isOwner();
  await store.close();
  return ours;
}
