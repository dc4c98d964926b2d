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
  const end = await endOfGrace(world);
  if (end !== null) return end;
  const round = new AbortController();
  const stop = () => round.abort();
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  book.beginRound();
  const targets = targetsFor(files, new Set(book.open()));
  log('telling', { clients: targets.length, number, names: announcements.map(({ name }) => name) });
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
async function endOfGrace(world: RecoveryWorld): Promise<'grace-over' | 'again' | null> {
  const grace = await certainGrace(world, await world.lockManager());
  if (grace === 'on') return null;
  return grace === 'off' ? 'grace-over' : 'again';
}

interface Telling {
  readonly number: number;
  /** Who is told in this round. */
  readonly targets: ReadonlySet<string>;
  readonly isHindered: () => boolean;
}

async function watchRound(
  { world, book, signal }: RoundOptions,
  { number, targets, isHindered }: Telling,
): Promise<RecoveryEnd | 'again'> {
  const again = Date.now() + TELL_AGAIN_AFTER;
  while (!signal.aborted) {
    await pause(LOOK_EVERY);
    // Not waited for: while the storage hangs, grace may end, and nobody may be told then.
    const changes = book.take();
    if (changes.length > 0) void world.commit(changes);
    if (book.isDone(world.service.graceEnd === 'settled', targets)) return 'complete';
    const end = await endOfGrace(world);
    if (end !== null) return end;
    if (isHindered()) {
      await pause(1000);
      return 'again';
    }
    if (book.isAnyToldInVain(number) && Date.now() > again) return 'again';
  }
  return 'stopped';
}
