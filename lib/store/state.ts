import type { MonitorRecord } from '../nsm/monitor-record.ts';
import type { RecordFormat } from './record-format.ts';

/** Who holds an epoch. The identities of lock manager and statd are opaque; null: not running. */
export interface Holder {
  readonly node: string;
  readonly bootId: string;
  readonly lockManager: string | null;
  readonly statd: string | null;
}

/**
 * One file of statd's `sm/`: the structured records, what could not be read, and in a store of format `copy` its
 * bytes. Whoever captures gives the bytes; the store keeps them or not.
 */
export interface StoredFile {
  /** The file's name in `sm/`, latin1. */
  readonly name: string;
  /** When statd wrote it: milliseconds since 1970, whole. */
  readonly modified: number;
  readonly records: readonly MonitorRecord[];
  /** Lines that are no monitor records, latin1. */
  readonly malformed: readonly string[];
  /** All bytes of the file, latin1; records and malformed lines say the same. Null: not kept. */
  readonly copy: string | null;
}

/**
 * What is known of a client; `answered`, by its statd for at least one announced name, is less than `told`, by all
 * of them.
 */
export type Phase = 'recorded' | 'conveyed' | 'answered' | 'told' | 'present' | 'back' | 'missed';

/** What the ledger says of one client. */
export interface LedgerEntry {
  /** clientName() of its mon_name. */
  readonly client: string;
  readonly phase: Phase;
  /** The NSM state number last sent to it. */
  readonly number: number | null;
  /** Announced name to the word for what came of it. */
  readonly names: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Bytes of the store that cannot be what was written, or files in it that cannot be ours. */
export interface Damage {
  /** The file's name in the store's directory. */
  readonly file: string;
  /** Counted from 1; null: the file as a whole. */
  readonly line: number | null;
  readonly reason: string;
}

/** How a holder left. */
export interface Ended {
  readonly at: number;
  /** Whether the service's locks were released on its node. */
  readonly released: boolean;
  /** The cluster's name of the node to which it handed the service over, before it left; none: it just left. */
  readonly to?: string | undefined;
}

/** Everything that an epoch knows. */
export interface StoreState {
  readonly service: string;
  /** How its owner keeps monitor records. */
  readonly format: RecordFormat;
  readonly epoch: number;
  readonly holder: Holder;
  /** When the epoch was claimed: milliseconds since 1970. */
  readonly since: number;
  /** The NSM state number that was reserved last; null: none yet. */
  readonly stateNumber: number | null;
  /** What was captured in this epoch, by file name. */
  readonly current: ReadonlyMap<string, StoredFile>;
  /** What former epochs left and whose recovery is not finished, by file name. */
  readonly inherited: ReadonlyMap<string, StoredFile>;
  readonly ledger: ReadonlyMap<string, LedgerEntry>;
  /**
   * When the last recovery ended, in this epoch or a former one: who was neither back nor present by then has missed it.
   * Milliseconds since 1970; null: none has ended yet.
   */
  readonly recoveryEnded: number | null;
  /**
   * How many locks the lock manager held for the service's clients, by the last look of an owner that recovered nobody; in
   * an epoch that began with a recovery, how many there were before. Null: nobody looked.
   */
  readonly lockCount: number | null;
  /** How the holder left, if it said so. */
  readonly ended: Ended | null;
  readonly damage: readonly Damage[];
  /** Journals whose last bytes were cut short: by a crash, what was never acknowledged. */
  readonly torn: readonly Damage[];
}

/** One step from a state to the next; what Store.commit makes durable. */
export type Change =
  | { readonly type: 'captured'; readonly file: StoredFile }
  | { readonly type: 'removed'; readonly name: string }
  /** An NSM state number is reserved, before the first packet carries it. */
  | { readonly type: 'number'; readonly number: number }
  /** What became of a client; `back` drops an inherited file once all its clients are back. */
  | { readonly type: 'noted'; readonly entry: LedgerEntry }
  | { readonly type: 'holder'; readonly lockManager: string | null; readonly statd: string | null }
  /** Recovery in place: every current file becomes inherited too and the ledger starts anew. */
  | { readonly type: 'recovery-begun'; readonly at: number }
  /** Inherited clients neither back nor present become missed, and nothing is inherited any more. */
  | { readonly type: 'recovery-ended'; readonly at: number }
  /** So many locks are held for the service's clients; never while a recovery is under way. */
  | { readonly type: 'locks'; readonly count: number }
  | ({ readonly type: 'ended' } & Ended);

/** What an epoch starts from. Files of one name are united. */
export interface Base {
  readonly current: Iterable<StoredFile>;
  readonly inherited: Iterable<StoredFile>;
  readonly ledger: Iterable<LedgerEntry>;
  readonly stateNumber: number | null;
  /** When the last recovery ended; left out: none has. */
  readonly recoveryEnded?: number | null;
  /** How many locks were held; left out: not known. */
  readonly lockCount?: number | null;
  /** How the holder has left already, should it say no more; left out: it has not. */
  readonly ended?: Ended;
}
