import { readdir } from 'node:fs/promises';
import { conveyLive, conveyPrivate, PlacedLines, readConveyed, type SetAside } from '../../convey/index.ts';
import { errnoOf, Fault } from '../../fault.ts';
import type { AtWork } from '../../keeper/identities.ts';
import { findStatdDirectory } from '../../node/statd-directory.ts';
import { ownerOf, type StatdDirectory, statdDirectory } from '../../nsm/statd-directory.ts';
import { writeStateFile } from '../../nsm/state-file.ts';
import { printable } from '../../printable.ts';
import { RecoveryBook } from '../../recover/book.ts';
import { reserveNumber } from '../../recover/reserve-number.ts';
import { underNodeLock } from '../../recover/triggers/restart.ts';
import { clientsOf, type StoredFile } from '../../store/index.ts';
import { nodeDirectory, type TakeOptions, takeStore } from './take.ts';

export interface RestoreOptions extends TakeOptions {
  /** The statd directory that is made, absolute: it must not be there, or be empty. null: statd's own. */
  readonly to: string | null;
}

export interface Restored {
  readonly service: string;
  readonly epoch: number;
  readonly to: string;
  readonly clients: readonly string[];
  /** What the directory's `state` says; no later round uses it, nor what `sm-notify` makes of it. */
  readonly stateNumber: number;
  /** What could not be conveyed, or not be read. */
  readonly problems: readonly string[];
}

/** sm-notify announces the directory's number plus two, or with -n the number itself. */
const STEP = 2;
/** Milliseconds that a restart by a service of this node may take. */
const LOCK_WITHIN = 8_000;

interface RestoreMeans {
  readonly atWork: () => Promise<AtWork>;
}

/**
 * Conveys all clients of a lock store into a statd directory made for `rpc.statd -P` or `sm-notify -P`, or into
 * statd's own while statd is stopped. The numbers that can be announced from there are reserved in the store first.
 * @throws Fault `bad-parameter` where the directory is in use, `bad-node` where statd runs, as takeStore, and the store's
 */
export async function restoreStore(options: RestoreOptions, means: RestoreMeans): Promise<Restored> {
  const { to } = options;
  if (to === null) return restoreLive(options, means);
  await refuseUsed(to);
  return conveyStore(options, await means.atWork(), to, ({ files, stateNumber, own, onConveyed }) =>
    conveyPrivate({ dir: to, files, stateNumber, owner: ownerOf(own) ?? { uid: 0, gid: 0 }, onConveyed }),
  );
}

/** While a trigger restarts the lock manager, statd is stopped and `sm/` is written, too: that is waited for. */
async function restoreLive(options: RestoreOptions, { atWork }: RestoreMeans): Promise<Restored> {
  const node = nodeDirectory(options.runtime);
  const { path } = statdDirectory(await findStatdDirectory(options.statdDir));
  return underNodeLock(node, LOCK_WITHIN, async () => {
    const now = await atWork();
    if (now.statd !== null) {
      const why = 'rpc.statd runs, and would neither see the records nor spare them: stop it, or give --to';
      throw new Fault('bad-node', why);
    }
    return conveyStore(options, now, path, async ({ files, stateNumber, own, onConveyed }) => {
      const owner = ownerOf(own);
      if (owner === null) {
        throw new Fault('bad-node', `${printable(own.sm)} does not exist`, { cure: 'start rpc.statd once' });
      }
      const placed = new PlacedLines(node.placedFile);
      const setAside = await conveyLive({ sm: own.sm, files, owner, placed, onConveyed });
      await writeStateFile(own.state, stateNumber);
      return setAside;
    });
  });
}

interface Conveyance {
  readonly files: readonly StoredFile[];
  readonly stateNumber: number;
  /** statd's own directory. */
  readonly own: StatdDirectory;
  readonly onConveyed: (files: number) => void;
}

/** @param to where `convey` puts them */
async function conveyStore(
  options: TakeOptions,
  now: AtWork,
  to: string,
  convey: (what: Conveyance) => Promise<SetAside[]>,
): Promise<Restored> {
  const { store, picture, inPlace, damage } = await takeStore(options, 'recovery', now);
  const { state } = store;
  const files = [...state.inherited.values(), ...(inPlace ? state.current.values() : [])];
  const stateNumber = await reserveNumber(store, picture.directory, STEP);
  const onConveyed = (done: number) =>
    options.report?.({ what: 'files conveyed', done, total: files.length });
  const setAside = await convey({ files, stateNumber, own: picture.directory, onConveyed });
  const book = new RecoveryBook(state);
  const there = clientsOf((await readConveyed(to)).files);
  const clients = [...clientsOf(files).keys()].filter((client) => there.has(client));
  for (const client of clients) if (book.clients.has(client)) book.conveyed(client);
  await store.commit([...book.take(), { type: 'ended', at: Date.now(), released: false }]);
  await store.close();
  return {
    ...{ service: state.service, epoch: state.epoch, to, clients, stateNumber },
    problems: [...damage, ...setAside.map(({ name, reason }) => `${printable(name)}: ${reason}`)],
  };
}

/** What is made is made anew; nothing of anybody's may be in the way. */
async function refuseUsed(to: string): Promise<void> {
  const names = await readdir(to).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return [];
    throw new Fault('bad-parameter', `${printable(to)} is no directory (${errnoOf(error)})`);
  });
  if (names.length === 0) return;
  throw new Fault('bad-parameter', `${printable(to)} is not empty: give a directory that is not there yet`);
}
