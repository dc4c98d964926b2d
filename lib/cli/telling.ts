import { setTimeout as pause } from 'node:timers/promises';
import type { Resolver } from '../node/resolver.ts';
import type { Announcement } from '../recover/announcements.ts';
import { RecoveryBook } from '../recover/book.ts';
import { notifyClients } from '../recover/notifier/index.ts';
import { targetsFor } from '../recover/targets.ts';
import { type Change, clientsOf, type LedgerEntry, unitedByName } from '../store/index.ts';
import type { Round } from './storage/round.ts';

export interface TellingOptions {
  readonly round: Round;
  readonly announcements: readonly Announcement[];
  /** Milliseconds after which those that have not answered are given up. */
  readonly within: number;
  /** Whether telling has to end at once: grace is over. */
  readonly isOver: () => Promise<boolean>;
  readonly interrupted: AbortSignal;
  /** Makes what became of clients durable. */
  readonly note: (changes: readonly Change[]) => Promise<unknown>;
  readonly onProgress: (told: number) => void;
  readonly resolver: Resolver;
}

/** How it ended: everybody has answered every name, or time, grace or the caller's patience was over. */
export type TellingEnd = 'complete' | 'time-over' | 'grace-over' | 'interrupted';

export interface Told {
  readonly end: TellingEnd;
  /** What is known of each client that was to be told, by name. */
  readonly clients: readonly (LedgerEntry & { readonly told: boolean })[];
  /** What is not durable yet. */
  readonly changes: readonly Change[];
}

/** How often grace is looked at and results are made durable, milliseconds. */
const LOOK_EVERY = 250;

/** Whom a round is to tell. */
export function toBeTold({ files, ledger, present }: Round): RecoveryBook {
  const inherited = new Map([...unitedByName(files)].map((file) => [file.name, file]));
  const book = new RecoveryBook({ inherited, ledger: new Map(ledger.map((entry) => [entry.client, entry])) });
  for (const client of book.clients) book.conveyed(client);
  for (const client of clientsOf(present).keys()) book.present(client);
  book.beginRound();
  return book;
}

/** Tells the clients until all have answered, or it has to end. @throws Fault where an address cannot be bound. */
export async function tell(book: RecoveryBook, options: TellingOptions): Promise<Told> {
  const { round, announcements, interrupted, note, onProgress } = options;
  const wanted = book.open();
  const told = new Set<string>();
  const outcome = (end: TellingEnd): Told => ({
    end: told.size === wanted.length ? 'complete' : end,
    clients: wanted.sort().map((client) => ({ ...book.entry(client), told: told.has(client) })),
    changes: book.take(),
  });
  // Making the number durable may have taken its time.
  if (wanted.length === 0 || (await options.isOver())) return outcome('grace-over');
  const stop = new AbortController();
  let failure: unknown = null;
  let done = false;
  const telling = notifyClients({
    ...{ targets: targetsFor(round.files, new Set(wanted)), announcements, signal: stop.signal },
    ...{ stateNumber: round.stateNumber, sourcePort: 0, resolver: options.resolver },
    onResult: (result) => book.result(result, round.stateNumber, announcements.length),
    onClient: (client, outcome) => {
      if (outcome === 'answered') onProgress(told.add(client).size);
    },
  })
    .catch((error: unknown) => {
      failure = error;
    })
    .finally(() => {
      done = true;
      stop.abort();
    });
  const until = Date.now() + options.within;
  let end: TellingEnd = 'complete';
  while (!done && end === 'complete') {
    await pause(LOOK_EVERY, undefined, { signal: stop.signal }).catch(() => undefined);
    const changes = book.take();
    if (changes.length > 0) await note(changes);
    if (done) break;
    if (interrupted.aborted) end = 'interrupted';
    else if (await options.isOver()) end = 'grace-over';
    else if (Date.now() >= until) end = 'time-over';
  }
  stop.abort();
  await telling;
  if (failure !== null) throw failure;
  return outcome(end);
}
