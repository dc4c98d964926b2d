import type { NlmLock, NlmStatus } from './nlm.ts';

/** A lock that an application on this machine was given and has not released. */
export class HeldLock {
  readonly lock: NlmLock;
  readonly directory: string;
  readonly file: string;
  /** Milliseconds of the clock, as is `reclaimedAt`. */
  grantedAt: number | undefined;
  /** What lockd knows. The application is never told: it believes in its lock until it releases it. */
  inLockd: 'granted' | 'reclaiming' | 'lost' = 'granted';
  lostBecause: NlmStatus | undefined;
  reclaims = 0;
  reclaimedAt: number | undefined;

  constructor(lock: NlmLock, directory: string, file: string) {
    this.lock = lock;
    this.directory = directory;
    this.file = file;
  }

  /** For people and JSON: offsets as numbers, no file handle, times in milliseconds of the clock. */
  report(server: string) {
    const { caller, svid, start, length, exclusive } = this.lock;
    const { directory, file, grantedAt, inLockd, lostBecause, reclaims, reclaimedAt } = this;
    const range = { start: Number(start), length: Number(length), exclusive };
    const lockd = { inLockd, lostBecause, reclaims, grantedAt, reclaimedAt };
    return { server, directory, file, ...range, caller, svid, believes: true, ...lockd };
  }
}

/** For events: which lock is meant. */
export function describe({ lock, file }: HeldLock) {
  return {
    file,
    start: Number(lock.start),
    length: Number(lock.length),
    caller: lock.caller,
    svid: lock.svid,
  };
}
