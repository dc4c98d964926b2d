import fc from 'fast-check';
import t from 'tap';
import { formatMonitorFile } from '../../../lib/nsm/monitor-file.ts';
import { asWritten, copied, fromWritten, inFormat } from '../../../lib/store/record-format.ts';
import { copy, file, fileOf, recordOf } from './arbitraries.ts';

const LINE = formatMonitorFile([recordOf('192.0.2.1')]).toString('latin1');

t.test('a copy says what its lines say', async (t) => {
  t.same(copied('c', 7, `${LINE}junk\n`), {
    ...fileOf('192.0.2.1', 7),
    ...{ name: 'c', malformed: ['junk'], copy: `${LINE}junk\n` },
  });
});

t.test('format record keeps no bytes', async (t) => {
  const records = fileOf('192.0.2.1');
  t.equal(inFormat('record', records), records);
  t.same(inFormat('record', copied('192.0.2.1', records.modified, LINE)), records);
});

t.test('format copy keeps the bytes that there are, and else makes those that statd writes', async (t) => {
  const odd = copied('c', 7, `junk\n${LINE.toUpperCase()}cut`);
  t.equal(inFormat('copy', odd), odd);
  const made = inFormat('copy', { ...fileOf('192.0.2.1'), malformed: ['junk'] });
  t.equal(made.copy, `${LINE}junk\n`);
  t.match(made, { records: [recordOf('192.0.2.1')], malformed: ['junk'] });
});

t.test('a journal holds either the records or the copy', async (t) => {
  t.same(Object.keys(asWritten(fileOf('c'))), ['name', 'modified', 'records', 'malformed']);
  t.same(asWritten(copied('c', 7, LINE)), { name: 'c', modified: 7, copy: LINE });
  fc.assert(
    fc.property(fc.oneof(file, copy), (one) => {
      t.same(fromWritten(asWritten(one)), one);
    }),
  );
});

t.test('no client is lost on the way from one format to the other and back', async () => {
  const clients = (of: { records: readonly object[] }) => JSON.stringify(of.records);
  fc.assert(
    fc.property(file, (one) => {
      // What calls itself malformed and is a record becomes one, so there can only be more.
      const there = inFormat('copy', { ...one, malformed: [] });
      return clients(there) === clients(one) && clients(inFormat('record', there)) === clients(one);
    }),
  );
});
