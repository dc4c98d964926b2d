import fc from 'fast-check';
import t from 'tap';
import { formatMonitorRecord, parseMonitorRecord, recordIn } from '../../../lib/nsm/monitor-record.ts';
import { record } from '../store/arbitraries.ts';

/** As rpc.statd 2.6.2 wrote it for NFS-Ganesha. */
const GANESHA = '0100007f 000186b5 00000004 00000010 00000000000000000000000000000000 cli1 srv1';

t.test("statd's own line", async (t) => {
  const parsed = parseMonitorRecord(GANESHA);
  t.same(parsed, {
    ...{ caller: '0100007f', program: 100021, version: 4, procedure: 16, cookie: '0'.repeat(32) },
    ...{ monName: 'cli1', myName: 'srv1' },
  });
  t.equal(formatMonitorRecord(parsed), GANESHA);
});

t.test('any record survives being written and read', async () => {
  fc.assert(
    fc.property(
      record,
      (one) => JSON.stringify(parseMonitorRecord(formatMonitorRecord(one))) === JSON.stringify(one),
    ),
  );
});

t.test('capital hex digits are read, and written small', async (t) => {
  t.equal(formatMonitorRecord(parseMonitorRecord(GANESHA.replace('0100007f', '0100007F'))), GANESHA);
});

t.test('what has not its seven fields is malformed, and is quoted so that it can do no harm', async (t) => {
  const bad = ['', GANESHA.slice(0, 40), `${GANESHA} more`, GANESHA.replace('cli1', ''), `${GANESHA}\x1b[2J`];
  for (const line of bad)
    t.throws(() => parseMonitorRecord(line), { code: 'malformed' }, JSON.stringify(line));
  t.throws(() => parseMonitorRecord('\x1b[2J'), { code: 'malformed', facts: { found: '\\x1b[2J' } });
});

t.test('a line that nfs-utils would read in two pieces is too long', async (t) => {
  const longest = GANESHA.padEnd(69 + 1 + 1024, 'x');
  t.match(parseMonitorRecord(longest), { monName: 'cli1' });
  t.throws(() => parseMonitorRecord(`${longest}x`), {
    message: 'monitor record is too long',
    facts: { found: `${longest.length + 1} bytes` },
  });
});

t.test('whether a line is a record', async (t) => {
  t.match(recordIn(GANESHA), { monName: 'cli1' });
  t.equal(recordIn('junk'), null);
});
