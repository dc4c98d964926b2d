/** An NSM state number is a positive 32-bit integer (XNFS, SM_NOTIFY: `int state`), odd while the host is up. */
const HIGHEST = 0x7fff_ffff;

/** How far ahead of the clock's seconds a number may be and still be believed: half a year. */
const AHEAD = 0x100_0000;

/** Clocks are read as if they stood still here (December 2036): what comes after is room for rounds to come. */
const CLOCK_LIMIT = HIGHEST - 2 * AHEAD;

export interface StateNumberSources {
  /** The number that the lock store reserved last; null: none yet. */
  readonly stored: number | null;
  /** What this node's own status monitor announces, as found; null: nothing found. */
  readonly local: number | null;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * The next NSM state number of a service: odd, above the stored one, and above the local one, so that a client
 * which has seen either takes it for news. A store without one starts from the clock's seconds.
 *
 * A local number is implausible, and ignored, when it is not positive or more than half a year's seconds ahead
 * of the clock: real ones count restarts or are clock seconds, but `ocf:heartbeat:nfsserver` writes four random
 * bytes, and such a number would use up the range. Past the end of the range the count goes on from 1: numbers
 * that no store has used, since they all start from the clock, and status monitors compare for inequality.
 */
export function nextStateNumber({ stored, local, now }: StateNumberSources): number {
  const seconds = Math.min(Math.floor(now / 1000), CLOCK_LIMIT);
  const candidates = [stored === null ? odd(seconds) : odd(stored + 2)];
  if (local !== null && local > 0 && local <= seconds + AHEAD) candidates.push(odd(local + 2));
  const next = Math.max(...candidates);
  return next <= HIGHEST ? next : 1;
}

/** How many numbers are reserved for a node that tells the clients of its own `sm/` again and again without a reboot. */
export const RESERVED = 128;

/**
 * The numbers between which a node may tell its own clients, once the last one is in statd's `state` file, from which
 * statd, and sm-notify after a reboot, go on. @param local what the file says; null: nothing.
 */
export function reservedNumbers(local: number | null): { readonly first: number; readonly last: number } {
  const first = local !== null && local > 0 && local < HIGHEST - 2 * RESERVED ? odd(local) : 1;
  return { first, last: first + RESERVED };
}

/** Whether one number can be what a node with the other one has reserved since: a statd that runs on still has that. */
export function isReservedAfter(number: number, former: number): boolean {
  return number > former && (number - former) % RESERVED === 0;
}

function odd(number: number): number {
  return number % 2 === 0 ? number + 1 : number;
}
