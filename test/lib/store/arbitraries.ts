import fc from 'fast-check';
import { formatMonitorRecord, type MonitorRecord } from '../../../lib/nsm/monitor-record.ts';
import type { Change, Holder, LedgerEntry, Phase, StoredFile } from '../../../lib/store/index.ts';
import { copied } from '../../../lib/store/record-format.ts';

/** Any bytes, as the store keeps strangers' text. */
export const latin1 = fc.string({
  unit: fc.integer({ min: 0, max: 0xff }).map((code) => String.fromCharCode(code)),
  maxLength: 12,
});
const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
const name = fc.oneof(
  fc.constantFrom('192.0.2.1', '192.0.2.2', '::ffff:192.0.2.1', 'Client.example.test', '$(reboot)'),
  fc.string({
    unit: fc
      .integer({ min: 0x21, max: 0xff })
      .filter((code) => code !== 0x7f)
      .map((code) => String.fromCharCode(code)),
    minLength: 1,
    maxLength: 8,
  }),
);
const word = fc.integer({ min: 0, max: 0xffff_ffff });
export const time = fc.integer({ min: 0, max: 4_000_000_000_000 });

export const record: fc.Arbitrary<MonitorRecord> = fc.record(
  {
    caller: hex(8),
    program: word,
    version: word,
    procedure: word,
    cookie: hex(32),
    monName: name,
    myName: name,
  },
  { noNullPrototype: true },
);

export const file: fc.Arbitrary<StoredFile> = fc.record(
  {
    name: fc.oneof(name, latin1),
    modified: time,
    records: fc.array(record, { maxLength: 3 }),
    malformed: fc.array(latin1, { maxLength: 2 }),
    copy: fc.constant(null),
  },
  { noNullPrototype: true },
);

/** Bytes of which some lines are records, and the last one may have no end. */
export const copyText: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(fc.oneof(record.map(formatMonitorRecord), latin1), { maxLength: 4 }),
    fc.constantFrom('', '\n'),
  )
  .map(([lines, end]) => lines.join('\n') + end);

/** A file as a store of format `copy` keeps it. */
export const copy: fc.Arbitrary<StoredFile> = fc
  .tuple(fc.oneof(name, latin1), time, copyText)
  .map(([of, modified, text]) => copied(of, modified, text));

export const ledgerEntry: fc.Arbitrary<LedgerEntry> = fc.record(
  {
    client: name,
    phase: fc.constantFrom<Phase>('recorded', 'conveyed', 'answered', 'told', 'present', 'back', 'missed'),
    number: fc.option(fc.integer({ min: 1, max: 0x7fff_ffff })),
    names: fc.dictionary(fc.domain(), fc.string({ maxLength: 6 }), { maxKeys: 2, noNullPrototype: true }),
    at: time,
  },
  { noNullPrototype: true },
);

const identity = fc.option(fc.string({ maxLength: 6 }));

export const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 4, arbitrary: fc.oneof(file, copy).map((one): Change => ({ type: 'captured', file: one })) },
  name.map((one): Change => ({ type: 'removed', name: one })),
  fc.integer({ min: 1, max: 0x7fff_ffff }).map((number): Change => ({ type: 'number', number })),
  { weight: 3, arbitrary: ledgerEntry.map((entry): Change => ({ type: 'noted', entry })) },
  fc
    .tuple(identity, identity)
    .map(([lockManager, statd]): Change => ({ type: 'holder', lockManager, statd })),
  time.map((at): Change => ({ type: 'recovery-begun', at })),
  time.map((at): Change => ({ type: 'recovery-ended', at })),
  fc.nat().map((count): Change => ({ type: 'locks', count })),
  fc.tuple(time, fc.boolean()).map(([at, released]): Change => ({ type: 'ended', at, released })),
);

export const HOLDER: Holder = { node: 'n1', bootId: 'boot-1', lockManager: 'lockd 7', statd: 'statd 8' };

/** A file in `sm/` about one client, as NFS-Ganesha's statd writes it. */
export function fileOf(client: string, modified = 1_764_000_000_000, myName = 'n1'): StoredFile {
  return { name: client, modified, records: [recordOf(client, myName)], malformed: [], copy: null };
}

export function recordOf(monName: string, myName = 'n1'): MonitorRecord {
  const numbers = { program: 100021, version: 4, procedure: 16 };
  return { caller: '0100007f', ...numbers, cookie: '0'.repeat(32), monName, myName };
}
