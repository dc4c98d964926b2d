import { setTimeout as pause } from 'node:timers/promises';
import { sentenceOf } from '../fault.ts';
import { nextStateNumber } from '../nsm/state-number.ts';
import { printable } from '../printable.ts';
import type { StoredFile } from '../store/index.ts';
import { announcementsFor } from './announcements.ts';
import type { RecoveryBook } from './book.ts';
import { certainGrace } from './certain-grace.ts';
import { targetsFor } from './targets.ts';
import type { Tell } from './triggers/types.ts';
import type { RecoveryEnd, RecoveryWorld } from './world.ts';

/** How often grace and the ledger are looked at, milliseconds. */
const LOOK_EVERY = 250;
/** A client that answered but is not back by now is told again with a new number, milliseconds. */
const TELL_AGAIN_AFTER = 10_000;
/** In the last of grace, milliseconds, nobody is told another time: a reclaim that it refuses is forgotten for good. */
const NEARLY_OVER = 5_000;
/** How long reverse DNS may take to say how clients call us, milliseconds. */
const NAMES_WITHIN = 1_500;

export interface RoundOptions {
  readonly world: RecoveryWorld;
  readonly book: RecoveryBook;
  /** What was conveyed. */
  readonly files: readonly StoredFile[];
  /** Floating addresses that are here. */
  readonly addresses: readonly string[];
  readonly tell: Tell;
  readonly signal: AbortSignal;
  /** Called with the reason where nothing can be sent. */
  readonly onHindrance: (reason: string) => void;
}

/**
 * Tells everyone for whom the book is open, with a number of this round's own, durable before the first packet, until all are
 * told and back or grace is over, or something calls for another round.
 */
export async function tellRound(options: RoundOptions): Promise<RecoveryEnd | 'again'> {
  const { world, book, files, addresses, tell, signal } = options;
  const { service, commit, state, resolver, log } = world;
  const announcements = await announcementsFor({ ...service, addresses }, resolver, NAMES_WITHIN);
  const number = nextStateNumber({
    stored: state().stateNumber,
    local: await world.localStateNumber(),
    now: Date.now(),
  });
  await commit([{ type: 'number', number }]);
  // Making the number durable may have taken its time: grace is looked at once more before the first packet.
  const end = await endOfGrace(world, book);
  if (end !== null) return end;
  const round = new AbortController();
  const stop = () => round.abort();
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  const names = announcements.map(({ name }) => name);
  book.beginRound(names);
  const targets = targetsFor(files, new Set(book.open()));
  log('telling', { clients: targets.length, number, names });
  let hindered = false;
  const telling = tell({
    ...{
      targets,
      announcements,
      stateNumber: number,
      sourcePort: service.notifyPort,
      signal: round.signal,
      resolver,
    },
    onResult: (result) => book.result(result, number, announcements.length),
    onClient: (client, outcome) => log('client', { client: printable(client), outcome, number }),
  }).catch((error: unknown) => {
    hindered = true;
    options.onHindrance(`the notifications to be sent (${sentenceOf(error)})`);
  });
  try {
    const told = new Set(targets.map(({ client }) => client));
    return await watchRound(options, { number, targets: told, isHindered: () => hindered });
  } finally {
    round.abort();
    signal.removeEventListener('abort', stop);
    await telling;
    await commit(book.take());
  }
}

/**
 * What ends a round as far as grace goes; null: it is on. Where that is not known, as while a neighbour's keeper opens it
 * anew or the lock manager is away, a reclaim would be refused for good: clients are told again once it is on.
 */
async function endOfGrace(world: RecoveryWorld, book: RecoveryBook): Promise<'grace-over' | 'again' | null> {
  const grace = await certainGrace(world, await world.lockManager());
  if (grace === 'on') return null;
  if (grace === 'off') return 'grace-over';
  book.doubtGrace();
  return 'again';
}

async function isNearlyOver({ graceTime, lockManager }: RecoveryWorld): Promise<boolean> {
  const { remaining } = await graceTime(await lockManager());
  return remaining !== null && remaining < NEARLY_OVER;
}

interface Telling {
  readonly number: number;
  /** Who is told in this round. */
  readonly targets: ReadonlySet<string>;
  readonly isHindered: () => boolean;
}

async function watchRound(
  { world, book, addresses, signal }: RoundOptions,
  { number, targets, isHindered }: Telling,
): Promise<RecoveryEnd | 'again'> {
  const { service, localAddresses } = world;
  const again = Date.now() + TELL_AGAIN_AFTER;
  // By these, nobody has been told: they came too late for this round, and may be all that a client knows.
  const absent = service.addresses.filter((address) => !addresses.includes(address));
  while (!signal.aborted) {
    await pause(LOOK_EVERY);
    // Not waited for: while the storage hangs, grace may end, and nobody may be told then.
    const changes = book.take();
    if (changes.length > 0) void world.commit(changes).catch(() => book.owe(changes));
    if (absent.length === 0 && book.isDone(service.graceEnd === 'settled', targets)) return 'complete';
    const end = await endOfGrace(world, book);
    if (end !== null) return end;
    if (isHindered()) {
      await pause(1000);
      return 'again';
    }
    const local = localAddresses();
    const isCalledFor =
      absent.some((address) => local.has(address)) || (book.isAnyToldInVain(number) && Date.now() > again);
    if (isCalledFor && !(await isNearlyOver(world))) return 'again';
  }
  return 'stopped';
}
