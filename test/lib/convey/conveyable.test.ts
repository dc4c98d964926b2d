import fc from 'fast-check';
import t from 'tap';
import { conveyable } from '../../../lib/convey/conveyable.ts';
import { formatMonitorFile, parseMonitorFile } from '../../../lib/nsm/monitor-file.ts';
import { copied } from '../../../lib/store/record-format.ts';
import { copy, fileOf, recordOf } from '../store/arbitraries.ts';

const LINE = formatMonitorFile([recordOf('192.0.2.1')]).toString('latin1');

t.test('without a copy, the file is made of its records', async (t) => {
  t.equal(conveyable(fileOf('192.0.2.1')).toString('latin1'), LINE);
});

t.test('a copy of nothing but records is conveyed byte for byte', async (t) => {
  const bytes = `${LINE.replace('0100007f', '0100007F')}${LINE.replace('192.0.2.1', 'caf\xe9')}`;
  t.equal(conveyable(copied('c', 1, bytes)).toString('latin1'), bytes);
});

t.test('what is no record stays behind, and the last line is ended', async (t) => {
  const bytes = `\n${LINE}junk\n${LINE.slice(0, -1).padEnd(1200, 'x')}\n${LINE.replace('\n', '\r\n')}\0\n${LINE.slice(0, -1)}`;
  t.equal(conveyable(copied('c', 1, bytes)).toString('latin1'), LINE + LINE);
});

t.test('any copy becomes a file that is whole, with all its records and nothing else', async (t) => {
  fc.assert(
    fc.property(copy, (one) => {
      const { records, malformed, complete } = parseMonitorFile(conveyable(one));
      t.same([records, malformed, complete], [one.records, [], one.records.length > 0]);
    }),
  );
});
