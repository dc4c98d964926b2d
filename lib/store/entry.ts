import * as z from 'zod/mini';
import type { MonitorRecord } from '../nsm/monitor-record.ts';
import { encodeLine } from './line.ts';
import { asWritten, fromWritten, type RecordFormat, type WrittenFile } from './record-format.ts';
import type { Change, Ended, Holder, LedgerEntry, Phase, StoredFile, StoreState } from './state.ts';

/** The version of the journals that this program writes, and the only one that it reads. */
export const FORMAT_VERSION = 1;

/** The first line of a journal, and again its `base-complete` line: a journal survives the loss of one. */
export interface Header {
  readonly version: number;
  /** How monitor records are kept. */
  readonly format: RecordFormat;
  readonly service: string;
  readonly epoch: number;
  /** Counted from 1 in each epoch; each holds all that the ones before it held. */
  readonly generation: number;
  readonly holder: Holder;
  /** When the epoch was claimed, and when this generation was begun: milliseconds since 1970. */
  readonly since: number;
  readonly at: number;
}

export function headerOf(
  claimant: Pick<StoreState, 'service' | 'format' | 'epoch' | 'holder' | 'since'>,
  generation: number,
  at: number,
): Header {
  const { service, format, epoch, holder, since } = claimant;
  return { version: FORMAT_VERSION, format, service, epoch, generation, holder, since, at };
}

/** What stands between header and `base-complete`: the state that this generation starts from. */
export type BaseEntry =
  | {
      readonly type: 'facts';
      readonly stateNumber: number | null;
      readonly ended: Ended | null;
      /** Not written by the first releases. */
      readonly recoveryEnded?: number | null | undefined;
      readonly lockCount?: number | null | undefined;
    }
  | { readonly type: 'current'; readonly file: StoredFile }
  | { readonly type: 'inherited'; readonly file: StoredFile }
  | { readonly type: 'ledger'; readonly entry: LedgerEntry }
  /** What was committed to the generation before while this base was written. */
  | { readonly type: 'meanwhile'; readonly change: Change };

export type Entry =
  | { readonly type: 'header'; readonly header: Header }
  | BaseEntry
  | { readonly type: 'base-complete'; readonly header: Header }
  | Change;

/** A header of any version: enough to say whose it is. */
export const foreignHeader = z.object({
  type: z.literal('header'),
  header: z.object({ version: z.int(), format: z.string() }),
});

const natural = z.int().check(z.gte(0));
/** Eight hexadecimal digits of a line. */
const word = z.int().check(z.gte(0), z.lte(0xffff_ffff));
/** As NSM has it: a positive 32-bit integer. */
const stateNumber = z.int().check(z.gte(1), z.lte(0x7fff_ffff));
const time = z.int();
const identity = z.nullable(z.string());
const name = z.string().check(z.regex(/^[\x21-\x7e\x80-\xff]+$/));

const record: z.ZodMiniType<MonitorRecord> = z.object({
  caller: z.string().check(z.regex(/^[0-9a-f]{8}$/)),
  program: word,
  version: word,
  procedure: word,
  cookie: z.string().check(z.regex(/^[0-9a-f]{32}$/)),
  monName: name,
  myName: name,
});

const written: z.ZodMiniType<WrittenFile> = z.union([
  z.object({
    name: z.string(),
    modified: time,
    records: z.array(record),
    malformed: z.array(z.string()),
  }),
  z.object({ name: z.string(), modified: time, copy: z.string().check(z.regex(/^[\0-\xff]*$/)) }),
]);
const file: z.ZodMiniType<StoredFile> = z.pipe(written, z.transform(fromWritten));

const phase: z.ZodMiniType<Phase> = z.enum([
  'recorded',
  'conveyed',
  'answered',
  'told',
  'present',
  'back',
  'missed',
]);

const ledgerEntry: z.ZodMiniType<LedgerEntry> = z.object({
  client: z.string(),
  phase,
  number: z.nullable(stateNumber),
  names: z.record(z.string(), z.string()),
  at: time,
});

const ended = z.object({ at: time, released: z.boolean(), to: z.optional(z.string()) });

const header: z.ZodMiniType<Header> = z.object({
  version: z.literal(FORMAT_VERSION),
  format: z.enum(['record', 'copy']),
  service: z.string().check(z.minLength(1)),
  epoch: natural,
  generation: natural,
  holder: z.object({ node: z.string(), bootId: z.string(), lockManager: identity, statd: identity }),
  since: time,
  at: time,
});

const changes = [
  z.object({ type: z.literal('captured'), file }),
  z.object({ type: z.literal('removed'), name: z.string() }),
  z.object({ type: z.literal('number'), number: stateNumber }),
  z.object({ type: z.literal('noted'), entry: ledgerEntry }),
  z.object({ type: z.literal('holder'), lockManager: identity, statd: identity }),
  z.object({ type: z.literal('recovery-begun'), at: time }),
  z.object({ type: z.literal('recovery-ended'), at: time }),
  z.object({ type: z.literal('locks'), count: natural }),
  z.object({ type: z.literal('ended'), ...ended.shape }),
] as const;

const entry: z.ZodMiniType<Entry> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('header'), header }),
  z.object({
    type: z.literal('facts'),
    stateNumber: z.nullable(stateNumber),
    ended: z.nullable(ended),
    recoveryEnded: z.optional(z.nullable(time)),
    lockCount: z.optional(z.nullable(natural)),
  }),
  z.object({ type: z.literal('current'), file }),
  z.object({ type: z.literal('inherited'), file }),
  z.object({ type: z.literal('ledger'), entry: ledgerEntry }),
  z.object({ type: z.literal('meanwhile'), change: z.discriminatedUnion('type', changes) }),
  z.object({ type: z.literal('base-complete'), header }),
  ...changes,
]);

/** The line that says an entry. */
export function encodeEntry(entry: Entry): string {
  return encodeLine(entryAsWritten(entry));
}

function entryAsWritten(entry: Entry): object {
  if (entry.type === 'meanwhile') return { ...entry, change: entryAsWritten(entry.change) };
  return 'file' in entry ? { ...entry, file: asWritten(entry.file) } : entry;
}

/** The entry that a line's value says, or undefined where it says none that this version knows. */
export function decodeEntry(value: unknown): Entry | undefined {
  const parsed = z.safeParse(entry, value);
  return parsed.success ? parsed.data : undefined;
}
