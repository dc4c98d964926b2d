import { setTimeout as pause } from 'node:timers/promises';
import { type Look, RemovalJudge } from '../../capture/index.ts';
import type { AtWork } from '../../keeper/identities.ts';
import { printable } from '../../printable.ts';
import { RecoveryBook } from '../../recover/book.ts';
import { forgotten, writtenSince } from '../../recover/forgotten.ts';
import { type Change, clientsOf, type StoredFile, type StoreState } from '../../store/index.ts';
import { type TakeOptions, takeStore } from './take.ts';

export interface CaptureOptions extends TakeOptions {
  /** Whether grace is over for certain: former clients that were told and are not back have missed it. */
  readonly graceOver: boolean;
  /** How long a client must stay away from `sm/` to be dropped, milliseconds. */
  readonly apart: number;
}

/** What one capture did. */
export interface Captured {
  readonly service: string;
  readonly epoch: number;
  /** Clients of which the store has a record now. */
  readonly clients: number;
  /** Clients whose record is new or was written anew. */
  readonly captured: readonly string[];
  /** Former clients that statd wrote anew since they were told. */
  readonly back: readonly string[];
  /** Former clients that were told, or restored for this lock manager, and not back when grace ended. */
  readonly missed: readonly string[];
  /** Files whose clients statd has unmonitored. */
  readonly removed: readonly string[];
  /** Former clients that are still to be told. */
  readonly waiting: number;
  /** What was set aside. */
  readonly problems: readonly string[];
}

/** Timers may be early by a millisecond or so. */
const MARGIN = 50;

/** One capture of statd's directory into a lock store that has no keeper. @throws Fault as takeStore, and the store's. */
export async function captureOnce(
  options: CaptureOptions,
  atWork: () => Promise<AtWork>,
  now: () => number = Date.now,
): Promise<Captured> {
  const began = await atWork();
  const taken = await takeStore(options, 'snapshot', began);
  const { store, former, picture, exempt, present, inPlace, restored, damage } = taken;
  const { state } = store;
  const written = [...state.current.values()].filter(
    ({ name, modified }) => former?.current.get(name)?.modified !== modified,
  );
  // Only where a recovery has begun can a client be back from it.
  const since = writtenSince(began.lockManager);
  const seen = (book: RecoveryBook, files: readonly StoredFile[]) =>
    files
      .filter((file) => (inPlace || restored) && file.modified >= since && !exempt.untouched(file))
      .flatMap((file) => book.seen(file));
  const book = new RecoveryBook(state);
  const back = seen(book, restored ? present : written);
  const over = inPlace && options.graceOver && book.toldBefore && book.clients.size > 0;
  const missed = over ? awaited(book) : [];
  const at = now();
  const { sm } = picture.directory;
  const ended: Change[] = over
    ? [{ type: 'recovery-ended', at }, ...forgotten(state, new Set(missed), sm, began.lockManager)]
    : [];
  await store.commit([...book.take(), ...ended]);
  /** What statd has written since is durable at once: whoever waits for a removal to count keeps others from capturing. */
  const look = async () => {
    const found = await picture.look();
    if (found.captured.length === 0) return found;
    const book = new RecoveryBook(state);
    written.push(...found.captured);
    back.push(...seen(book, found.captured));
    await store.commit([
      ...found.captured.map((file): Change => ({ type: 'captured', file })),
      ...book.take(),
    ]);
    return found;
  };
  const { absent, problems } = await look();
  const suspicious = former !== null && absent.length > 0;
  const { apart, report } = options;
  const removed = suspicious ? await removals(former, look, { began, atWork, apart, report }) : [];
  await store.commit(removed.map((name): Change => ({ type: 'removed', name })));
  await store.close();
  return {
    ...{ service: state.service, epoch: state.epoch, clients: clientsOf(state.current.values()).size },
    ...{ captured: [...clientsOf(written).keys()], back, missed, removed },
    waiting: awaited(new RecoveryBook(state)).length,
    problems: [...damage, ...problems.map(({ name, reason }) => `${printable(name)}: ${reason}`)],
  };
}

/** Whoever is neither back nor present. */
function awaited(book: RecoveryBook): string[] {
  return book.awaited().filter((client) => book.phase(client) !== 'present');
}

interface Doubt extends Pick<CaptureOptions, 'apart' | 'report'> {
  readonly began: AtWork;
  readonly atWork: () => Promise<AtWork>;
}

/** Goes on looking, once a second, until a removal can count. */
async function removals(
  former: StoreState,
  look: () => Promise<Look>,
  { began, atWork, apart, report = () => undefined }: Doubt,
): Promise<string[]> {
  const judge = new RemovalJudge({ apart, initial: former.holder });
  const observe = async ({ lockManager, statd }: AtWork) => {
    const { absent, present } = await look();
    const identities = { lockManager: lockManager?.identity ?? null, statd };
    const seen = { absent, present, monitored: false, answering: true, at: performance.now() };
    return judge.observe({ ...seen, ...identities, stopping: false });
  };
  let removed = await observe(began);
  const time = apart + MARGIN;
  const total = Math.ceil(time / 1000);
  for (let done = 1; done <= total; done += 1) {
    await pause(time / total);
    removed = await observe(await atWork());
    report({ what: 'seconds until the last look', done, total });
  }
  return removed;
}
