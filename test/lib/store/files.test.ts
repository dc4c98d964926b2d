import fc from 'fast-check';
import t from 'tap';
import { clientName } from '../../../lib/nsm/client-name.ts';
import { parseMonitorFile } from '../../../lib/nsm/monitor-file.ts';
import { clientsIn, clientsOf, mergeFiles, storedFile, unitedByName } from '../../../lib/store/files.ts';
import { file, fileOf, recordOf } from './arbitraries.ts';

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
  };
  t.same(mergeFiles(old, late), both);
  t.same(mergeFiles(late, old), both);
  t.same([...unitedByName([old, fileOf('d'), late])], [both, fileOf('d')]);
});

t.test('no line is lost by uniting', async () => {
  fc.assert(
    fc.property(file, file, (one, other) => {
      const pairs = (of: typeof one) =>
        of.records.map((record) => `${clientName(record.monName)} ${record.myName}`);
      const merged = new Set(pairs(mergeFiles(one, other)));
      return [...pairs(one), ...pairs(other)].every((pair) => merged.has(pair));
    }),
  );
});

t.test('what was read becomes a stored file, with whole milliseconds', async (t) => {
  const content = parseMonitorFile(Buffer.from('junk\n'));
  t.same(storedFile('c', 12.7, content), { name: 'c', modified: 12, records: [], malformed: ['junk'] });
});
