import fc from 'fast-check';
import t from 'tap';
import { formatMonitorFile, parseMonitorFile } from '../../../lib/nsm/monitor-file.ts';
import { latin1, record, recordOf } from '../store/arbitraries.ts';

t.test('any records survive being written and read', async () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1 }), (records) => {
      const { complete, malformed, records: read } = parseMonitorFile(formatMonitorFile(records));
      return complete && malformed.length === 0 && JSON.stringify(read) === JSON.stringify(records);
    }),
  );
});

t.test('any bytes can be read, and no line of them is lost', async () => {
  fc.assert(
    fc.property(latin1, (text) => {
      const { records, malformed, text: all } = parseMonitorFile(Buffer.from(text, 'latin1'));
      if (all !== text) return false;
      return records.length + malformed.length === text.split('\n').length - (/(^|\n)$/.test(text) ? 1 : 0);
    }),
  );
});

t.test('a bad line among good ones is set aside and named', async (t) => {
  const good = formatMonitorFile([recordOf('a')]).toString('latin1');
  t.match(parseMonitorFile(Buffer.from(`${good}junk\n${good}`)), {
    complete: true,
    records: [recordOf('a'), recordOf('a')],
    malformed: [{ line: 2, text: 'junk', reason: /seven fields/ }],
  });
});

t.test('a file that statd is still writing is not complete', async (t) => {
  const good = formatMonitorFile([recordOf('a')]);
  t.match(parseMonitorFile(Buffer.alloc(0)), { complete: false, records: [], malformed: [] });
  t.match(parseMonitorFile(good.subarray(0, -1)), { complete: false, records: [recordOf('a')] });
  t.ok(parseMonitorFile(good).complete);
});
