import fc from 'fast-check';
import t from 'tap';
import { unfitness } from '../../lib/convey/file-name.ts';
import { Fault } from '../../lib/fault.ts';
import { reportSchema, requestSchema } from '../../lib/keeper/protocol.ts';
import { canonicalAddress, parseHosts } from '../../lib/node/hosts-file.ts';
import { parseResolvConf } from '../../lib/node/resolv-conf.ts';
import { serviceSchema } from '../../lib/node/service.ts';
import { clientName } from '../../lib/nsm/client-name.ts';
import { formatMonitorFile, parseMonitorFile } from '../../lib/nsm/monitor-file.ts';
import { formatMonitorRecord, parseMonitorRecord } from '../../lib/nsm/monitor-record.ts';
import { encodeStatusChange } from '../../lib/nsm/sm-notify.ts';
import { nextStateNumber } from '../../lib/nsm/state-number.ts';
import { directory, flag } from '../../lib/ocf/codecs.ts';
import { readEnvironment } from '../../lib/ocf/environment.ts';
import { printable } from '../../lib/printable.ts';
import { markRecord, RecordReader } from '../../lib/rpc/record-marking.ts';
import { decodeReply } from '../../lib/rpc/reply.ts';
import { portFrom, registrationsFrom } from '../../lib/rpc/rpcbind.ts';
import { XdrReader, xdrString, xdrUnsigned } from '../../lib/rpc/xdr.ts';
import { decodeEntry, type Entry, encodeEntry, headerOf } from '../../lib/store/entry.ts';
import { journalName, parseJournalName } from '../../lib/store/journal-name.ts';
import { parseJournal } from '../../lib/store/journal-reader.ts';
import { decodeLine, partsOf } from '../../lib/store/line.ts';
import { change, HOLDER, latin1, record } from '../lib/store/arbitraries.ts';

/** What was given away by mistake throws a TypeError or RangeError; what a stranger wrote, a Fault. */
function orFault<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

let cases = 0;

/** One property, on so many thousand cases. */
function property<T>(
  name: string,
  thousands: number,
  arbitrary: fc.Arbitrary<T>,
  holds: (value: T) => boolean,
) {
  t.test(name, async (t) => {
    fc.assert(
      fc.property(arbitrary, (value) => {
        cases += 1;
        return holds(value);
      }),
      { numRuns: thousands * 1000 },
    );
    t.pass(`${thousands}000 cases`);
  });
}

const anyText = fc.string({ unit: 'binary', maxLength: 40 });
const bytes = fc.uint8Array({ maxLength: 120 }).map((array) => Buffer.from(array));
const words = (...all: string[]) =>
  fc.array(fc.oneof(fc.constantFrom(...all), latin1), { maxLength: 12 }).map((parts) => parts.join(''));

/* The status monitor's formats */
property('a monitor record is read as it was written', 6, record, (one) => {
  return JSON.stringify(parseMonitorRecord(formatMonitorRecord(one))) === JSON.stringify(one);
});
property(
  'no line is more than a monitor record or a fault',
  6,
  words('0100007f ', '000186b5 ', ' ', 'a '),
  (line) => {
    const found = orFault(() => parseMonitorRecord(line));
    return found === undefined || formatMonitorRecord(found).toLowerCase() === line.toLowerCase();
  },
);
property('any bytes are a monitor file, and none of its lines is lost', 6, bytes, (content) => {
  const { records, malformed } = parseMonitorFile(content);
  const lines = content.toString('latin1').split('\n');
  return records.length + malformed.length === (lines.at(-1) === '' ? lines.length - 1 : lines.length);
});
property('a monitor file is read as it was written', 3, fc.array(record, { maxLength: 4 }), (all) => {
  const { records, malformed } = parseMonitorFile(formatMonitorFile(all));
  return malformed.length === 0 && JSON.stringify(records) === JSON.stringify(all);
});
property(
  "a client's name has one form",
  4,
  latin1,
  (name) => clientName(clientName(name)) === clientName(name),
);
property(
  'what is fit to be a file name stays in its directory',
  4,
  words('..', '/', '\0', '.', 'a'),
  (name) => {
    return unfitness(name) !== undefined || !(name.includes('/') || name === '' || /^\.\.?$/.test(name));
  },
);
const number = fc.option(fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }));
const stored = fc.option(fc.integer({ min: 1, max: 0x7fff_fff0 }));
property(
  'a state number is odd and rises',
  5,
  fc.tuple(stored, number, fc.nat(4e12)),
  ([before, local, now]) => {
    const next = nextStateNumber({ stored: before, local, now });
    // Past the end of the range the count starts anew.
    return (
      next % 2 === 1 &&
      next > 0 &&
      next <= 0x7fff_ffff &&
      (next > (before ?? 0) || (before ?? 0) >= 0x7fff_fffe)
    );
  },
);
property(
  'a change of state is announced in so many bytes or refused',
  3,
  fc.tuple(latin1, fc.integer()),
  ([name, state]) => {
    const sent = orFault(() => encodeStatusChange(name, state));
    return (
      sent === undefined ||
      (sent.readUInt32BE(0) === name.length && sent.readInt32BE(sent.length - 4) === state)
    );
  },
);

/* RPC */
property('any bytes are a reply or a fault', 6, bytes, (content) => {
  orFault(() => decodeReply(content));
  orFault(() => registrationsFrom(content));
  orFault(() => portFrom('host', content));
  return true;
});
property('XDR is read as it was written', 3, fc.tuple(latin1, fc.nat(0xffff_ffff)), ([text, value]) => {
  const reader = new XdrReader(Buffer.concat([xdrString(text), xdrUnsigned(value)]));
  return reader.opaque(100).toString('latin1') === text && reader.unsigned() === value;
});
property(
  'records come out of a stream however it is cut',
  4,
  fc.tuple(fc.array(bytes, { maxLength: 3 }), fc.integer({ min: 1, max: 9 })),
  ([sent, size]) => {
    const stream = Buffer.concat(sent.map(markRecord));
    const reader = new RecordReader(1000);
    const got: Buffer[] = [];
    for (let at = 0; at < stream.length; at += size) got.push(...reader.feed(stream.subarray(at, at + size)));
    return (
      got.length === sent.length && got.every((one, index) => one.equals(sent[index] ?? Buffer.alloc(0)))
    );
  },
);
property('any stream is records or a fault', 3, bytes, (content) => {
  orFault(() => new RecordReader(64).feed(content));
  return true;
});

/* The node's files and what others say to us */
const hosts = words('192.0.2.1', '::ffff:1.2.3.4', 'fe80::1%eth0', ' ', '\t', '\n', '#', 'name');
property('a hosts file names addresses only', 5, hosts, (text) => {
  return [...parseHosts(text).names.keys()].every((address) => canonicalAddress(address) === address);
});
property(
  'a resolv.conf gives one to three servers',
  5,
  words('nameserver ', '192.0.2.1', 'search ', '\n', ';', ' '),
  (text) => {
    const { servers, search } = parseResolvConf(text);
    return servers.length >= 1 && servers.length <= 3 && search.length <= 6;
  },
);
property('nothing but a request is one', 4, fc.jsonValue(), (value) => {
  const request = requestSchema.safeParse(value);
  return (
    !reportSchema.safeParse(value).success &&
    (!request.success || ['report', 'monitor', 'stop'].includes(request.data.op))
  );
});
property('a service has a name that is safe in a path', 2, words('a', '/', '..', 'b:1'), (name) => {
  return !serviceSchema.shape.name.safeParse(name).success || /^[\w][\w.:-]*$/.test(name);
});
property(
  'any environment is understood',
  2,
  fc.dictionary(
    fc.constantFrom(
      'OCF_CHECK_LEVEL',
      'OCF_RESKEY_CRM_meta_interval',
      'OCF_RESKEY_CRM_meta_timeout',
      '__OCF_ACTION',
    ),
    anyText,
  ),
  (environment) => {
    const { checkLevel, timeout } = readEnvironment(environment);
    return Number.isInteger(checkLevel) && (timeout === null || timeout >= 0);
  },
);
property(
  'a directory that is accepted is absolute and does not climb',
  3,
  words('/', '..', 'srv', 'a'),
  (text) => {
    const parsed = directory.safeParse(text);
    flag.safeParse(text);
    return !parsed.success || (parsed.data.startsWith('/') && !parsed.data.split('/').includes('..'));
  },
);
property(
  'what is printable fits a log',
  4,
  fc.tuple(anyText, fc.integer({ min: 3, max: 50 })),
  ([text, limit]) => {
    const shown = printable(text, limit);
    return shown.length <= limit && /^[\x20-\x7e]*$/.test(shown);
  },
);

/* The store */
const header = headerOf({ service: 'a', epoch: 1, holder: HOLDER, since: 1, format: 'record' }, 1, 1);
const entry: fc.Arbitrary<Entry> = change;
property('an entry is read as it was written', 4, entry, (one) => {
  return JSON.stringify(decodeEntry(decodeLine(encodeEntry(one).slice(0, -1)))) === JSON.stringify(one);
});
property(
  'any text is a journal, and what cannot be read is named',
  4,
  words('{"type":', '\n', '0', ' '),
  (text) => {
    const { entries, damage, torn } = parseJournal({ epoch: 1, generation: 1 }, text);
    const lines = text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
    partsOf(text);
    return entries.length + damage.length + torn.length === lines;
  },
);
property(
  'a journal that is cut anywhere is a beginning',
  4,
  fc.tuple(fc.array(entry, { maxLength: 5 }), fc.nat()),
  ([all, at]) => {
    const whole = [{ type: 'header', header } as const, ...all].map(encodeEntry).join('');
    const { entries, damage, torn } = parseJournal(
      { epoch: 1, generation: 1 },
      whole.slice(0, at % (whole.length + 1)),
    );
    const beginning = JSON.stringify(all.slice(0, entries.length));
    return damage.length === 0 && torn.length <= 1 && JSON.stringify(entries) === beginning;
  },
);
property(
  'a byte that is changed costs one line at most',
  4,
  fc.tuple(fc.array(entry, { minLength: 1, maxLength: 5 }), fc.nat(), fc.integer({ min: 1, max: 255 })),
  ([all, at, mask]) => {
    const whole = [{ type: 'header', header } as const, ...all].map(encodeEntry).join('');
    const content = Buffer.from(whole, 'latin1');
    const place = at % content.length;
    content[place] = Number(content[place]) ^ mask;
    const { entries } = parseJournal({ epoch: 1, generation: 1 }, content.toString('latin1'));
    const kept = entries.map((one) => JSON.stringify(one));
    const written = new Set(all.map((one) => JSON.stringify(one)));
    return kept.length >= all.length - 1 && kept.every((one) => written.has(one));
  },
);
const id = fc.record({ epoch: fc.nat(999_999_999), generation: fc.nat(999_999) }, { noNullPrototype: true });
property("a journal's name is read as it was written", 3, id, (one) => {
  return JSON.stringify(parseJournalName(journalName(one))) === JSON.stringify(one);
});
property('no other name is one', 3, words('epoch-', '00000001', '.', '0001', '.journal', '/'), (name) => {
  const found = parseJournalName(name);
  return found === undefined || !name.includes('/');
});

t.test('so many cases in all', async (t) => {
  t.ok(cases >= 100_000, `${cases} cases`);
});
