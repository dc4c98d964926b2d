import t from 'tap';
import { GONE, monitoredAnew } from '../../../lib/capture/monitored.ts';
import { fileOf, recordOf } from '../store/arbitraries.ts';

const a = recordOf('a');
const b = { ...recordOf('a'), myName: 'n2' };
const both = { ...fileOf('a'), records: [a, b] };

t.test('whoever is in a file that is new was monitored', async (t) => {
  t.same(monitoredAnew({ file: null, inode: null }, { inode: 7, records: [a, b] }), [a, b]);
  t.same(monitoredAnew({ file: both, inode: GONE }, { inode: 7, records: [a] }), [a], 'or was gone');
});

t.test('of a file that was there, those who were not in it', async (t) => {
  const alone = { ...both, records: [a] };
  t.same(monitoredAnew({ file: alone, inode: 7 }, { inode: 8, records: [a, b] }), [b]);
  const anew = { ...a, cookie: 'f'.repeat(32) };
  t.same(monitoredAnew({ file: alone, inode: 7 }, { inode: 8, records: [anew] }), [anew], 'or not like that');
  t.same(
    monitoredAnew({ file: alone, inode: null }, { inode: 8, records: [a, b] }),
    [b],
    'or not in the store',
  );
});

t.test('nobody, where one of several records was given up', async (t) => {
  t.same(monitoredAnew({ file: both, inode: 7 }, { inode: 8, records: [b] }), []);
});

t.test('the same records in another file were written again', async (t) => {
  t.same(monitoredAnew({ file: both, inode: 7 }, { inode: 8, records: [a, b] }), [a, b]);
  t.same(monitoredAnew({ file: both, inode: 7 }, { inode: 7, records: [a, b] }), [], 'not in the same one');
  t.same(
    monitoredAnew({ file: both, inode: null }, { inode: 7, records: [a, b] }),
    [],
    'nor in any since a start',
  );
});
