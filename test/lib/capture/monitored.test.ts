import t from 'tap';
import { GONE, monitoredAnew, writtenAnew } from '../../../lib/capture/monitored.ts';
import type { StoredFile } from '../../../lib/store/index.ts';
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

/** A line that lockd has written, as one of several in a file. */
const lockds = (client: string, cookie = client) => {
  return { ...recordOf(client), version: 3, cookie: cookie.repeat(32).slice(0, 32) };
};
const shared = (...records: StoredFile['records']): StoredFile => ({ ...fileOf('shared'), records });
const [x, y] = [lockds('a'), lockds('b')];

t.test('lockd has a line written anew with another cookie: one that was there before was not', async (t) => {
  const before = { file: shared(x, y), inode: 7 };
  const again = lockds('a', 'c');
  t.same(writtenAnew(before, shared(y, again)), shared(again));
  t.same(writtenAnew(before, shared(y)), shared(), 'nor one that is left over');
  t.same(writtenAnew(before, shared(x, y, again)), shared(again), 'nor one beside which another one came');
  t.same(writtenAnew({ ...before, inode: null }, shared(y, again)), shared(again), 'in the store, too');
});

t.test('where it cannot be told which lines were written anew, all may have been', async (t) => {
  const file = shared(x, y);
  t.same(writtenAnew({ file: null, inode: null }, file), file, 'a file that is new');
  t.same(writtenAnew({ file: shared(x), inode: GONE }, file), file, 'or was gone');
  t.same(
    writtenAnew({ file: shared(y, x), inode: 7 }, file),
    file,
    'or holds the same lines at another time',
  );
  t.same(writtenAnew({ file: both, inode: 7 }, { ...both, records: [b] }), { ...both, records: [b] });
  const came = shared(recordOf('c'), ...both.records);
  t.same(writtenAnew({ file: both, inode: 7 }, came), came, 'lines of NFS-Ganesha are all alike');
  for (const odd of [
    { ...x, cookie: '0'.repeat(32) },
    { ...x, version: 4 },
  ]) {
    t.same(
      writtenAnew({ file: shared(odd), inode: 7 }, shared(odd, y)),
      shared(odd, y),
      "nor are these lockd's",
    );
  }
});
