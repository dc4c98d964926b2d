import fc from 'fast-check';
import t from 'tap';
import { clientName } from '../../../lib/nsm/client-name.ts';
import { formatMonitorFile, parseMonitorFile } from '../../../lib/nsm/monitor-file.ts';
import { recordIn } from '../../../lib/nsm/monitor-record.ts';
import { clientsIn, clientsOf, mergeFiles, storedFile, unitedByName } from '../../../lib/store/files.ts';
import { copied } from '../../../lib/store/record-format.ts';
import { copy, file, fileOf, recordOf } from './arbitraries.ts';

t.test('clients are known by their client name, whatever files they are in', async (t) => {
  const one = { ...fileOf('client.example.test'), records: [recordOf('10.0.0.1'), recordOf('Other')] };
  const two = fileOf('::ffff:10.0.0.1');
  t.same([...clientsIn(one)], ['10.0.0.1', 'other']);
  t.same(
    [...clientsOf([one, two])],
    [
      ['10.0.0.1', [one, two]],
      ['other', [one]],
    ],
  );
});

t.test('two files of one name become the union of their lines; the later line wins', async (t) => {
  const old = {
    ...fileOf('c', 1),
    records: [recordOf('::ffff:10.0.0.1'), recordOf('10.0.0.1', 'n2')],
    malformed: ['?'],
  };
  const late = { ...fileOf('c', 2), records: [recordOf('10.0.0.1')], malformed: ['?', '!'] };
  const both = {
    name: 'c',
    modified: 2,
    records: [recordOf('10.0.0.1'), recordOf('10.0.0.1', 'n2')],
    malformed: ['?', '!'],
    copy: null,
  };
  t.same(mergeFiles(old, late), both);
  t.same(mergeFiles(late, old), both);
  t.same([...unitedByName([old, fileOf('d'), late])], [both, fileOf('d')]);
});

t.test(
  'of two copies the later one stays as it is, and the lines that it lacks come before it',
  async (t) => {
    const line = (client: string, myName = 'n1') => formatMonitorFile([recordOf(client, myName)]).toString();
    const capital = line('10.0.0.1').replace('0100007f', '0100007F');
    const late = copied('c', 2, `?\n${capital}cut`);
    const early = copied('c', 1, `${line('10.0.0.1')}?\n!\n${line('10.0.0.2').slice(0, -1)}`);
    const both = copied('c', 2, `!\n${line('10.0.0.2')}?\n${capital}cut`);
    t.same(mergeFiles(early, late), both);
    t.same(mergeFiles(late, early), both);
    t.same(mergeFiles(late, late), late, 'united with itself it is the same, byte for byte');
    const records = { ...fileOf('c', 1), records: [recordOf('10.0.0.1', 'n2')] };
    t.same(mergeFiles(records, late).copy, `${line('10.0.0.1', 'n2')}${late.copy}`, 'with one that has none');
  },
);

t.test('what stands in a copy that was united stands in one of the two', async () => {
  const linesOf = (of: { copy: string | null }) => String(of.copy).split('\n');
  fc.assert(
    fc.property(copy, copy, (one, other) => {
      const all = new Set([...linesOf(one), ...linesOf(other)]);
      return linesOf(mergeFiles(one, other)).every((line) => all.has(line) || recordIn(line) === null);
    }),
  );
});

t.test('no line is lost by uniting', async () => {
  fc.assert(
    fc.property(fc.oneof(file, copy), fc.oneof(file, copy), (one, other) => {
      const pairs = (of: typeof one) =>
        of.records.map((record) => `${clientName(record.monName)} ${record.myName}`);
      const merged = new Set(pairs(mergeFiles(one, other)));
      return [...pairs(one), ...pairs(other)].every((pair) => merged.has(pair));
    }),
  );
});

t.test('what was read becomes a stored file, with whole milliseconds', async (t) => {
  const content = parseMonitorFile(Buffer.from('junk\n'));
  t.same(storedFile('c', 12.7, content), {
    ...{ name: 'c', modified: 12, records: [], malformed: ['junk'], copy: 'junk\n' },
  });
});
