import { readdir } from 'node:fs/promises';
import { conveyPrivate, readConveyed } from '../../convey/index.ts';
import { errnoOf, Fault } from '../../fault.ts';
import type { AtWork } from '../../keeper/identities.ts';
import { ownerOf } from '../../nsm/statd-directory.ts';
import { printable } from '../../printable.ts';
import { RecoveryBook } from '../../recover/book.ts';
import { reserveNumber } from '../../recover/reserve-number.ts';
import { clientsOf } from '../../store/index.ts';

import { type TakeOptions, takeStore } from './take.ts';

export interface RestoreOptions extends TakeOptions {
  /** The statd directory that is made, absolute: it must not be there, or be empty. */
  readonly to: string;
}

export interface Restored {
  readonly service: string;
  readonly epoch: number;
  readonly to: string;
  readonly clients: readonly string[];
  /** What the directory's `state` says; no later round uses it, nor what `sm-notify` makes of it. */
  readonly stateNumber: number;
  /** What could not be conveyed. */
  readonly problems: readonly string[];
}

/** sm-notify announces the directory's number plus two, or with -n the number itself. */
const STEP = 2;

/**
 * Conveys all clients of a lock store into a statd directory made for `rpc.statd -P` or `sm-notify -P`. The numbers
 * that can be announced from there are reserved in the store first.
 * @throws Fault `bad-parameter` where the directory is in use, as takeStore, and the store's
 */
export async function restoreStore(options: RestoreOptions, { atWork }: RestoreMeans): Promise<Restored> {
  const { to } = options;
  await refuseUsed(to);
  const { store, picture, inPlace } = await takeStore(options, 'recovery', await atWork());
  const { state } = store;
  const files = [...state.inherited.values(), ...(inPlace ? state.current.values() : [])];
  const stateNumber = await reserveNumber(store, picture.directory, STEP);
  const owner = ownerOf(picture.directory) ?? { uid: 0, gid: 0 };
  const setAside = await conveyPrivate({ dir: to, files, stateNumber, owner });
  const clients = [...clientsOf((await readConveyed(to)).files).keys()];
  const book = new RecoveryBook(state);
  for (const client of clients) if (book.clients.has(client)) book.conveyed(client);
  await store.commit([...book.take(), { type: 'ended', at: Date.now(), released: false }]);
  await store.close();
  return {
    ...{ service: state.service, epoch: state.epoch, to, clients, stateNumber },
    problems: setAside.map(({ name, reason }) => `${printable(name)}: ${reason}`),
  };
}

interface RestoreMeans {
  readonly atWork: () => Promise<AtWork>;
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
