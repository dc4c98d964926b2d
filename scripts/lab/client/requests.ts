import type { NlmHolder, NlmStatus } from './nlm.ts';

/** What can be asked of a lock client over its control socket, one JSON line each way. */

/** Ranges of a file on a server, and the owners on whose behalf they are meant. */
export interface Target {
  /** Name or address, as in `mount SERVER:DIRECTORY`. */
  readonly server: string;
  readonly directory: string;
  /** In the root of `directory`. */
  readonly file: string;
  readonly start: number;
  /** Bytes of each range; 0 is to the end of the file, whatever it will be. */
  readonly length: number;
}

export interface LockRequest extends Target {
  readonly op: 'lock';
  /** Each of these machines asks for `count` ranges, all side by side; empty: this machine. */
  readonly callers: readonly string[];
  readonly count: number;
  readonly shared: boolean;
  /** A lie that no kernel tells on request: that the lock was held before. */
  readonly reclaim: boolean;
  /**
   * What to wait for: nothing, the end of a grace period, or also the holder of the lock: by asking again and again,
   * or as a blocking lock of the kernel does, by a call of the server (`block`).
   */
  readonly wait: 'nothing' | 'grace' | 'holder' | 'block';
  readonly retryMs: number;
}

export interface UnlockRequest extends Target {
  readonly op: 'unlock';
}

export interface TestRequest extends Target {
  readonly op: 'test';
  readonly shared: boolean;
}

export type Request =
  | LockRequest
  | UnlockRequest
  | TestRequest
  | { op: 'status' }
  | { op: 'events'; first: number };

/** How many of the ranges got which answer; `ENOLCK` is what an application sees when statd refuses. */
export interface LockAnswer {
  /** The first answer that is not a grant, or NLM4_GRANTED. */
  readonly status: NlmStatus | 'ENOLCK';
  readonly counts: Readonly<Record<string, number>>;
  readonly ms: number;
}

export interface TestAnswer {
  readonly status: NlmStatus;
  readonly holder?: Omit<NlmHolder, 'start' | 'length'> & { readonly start: number; readonly length: number };
}
