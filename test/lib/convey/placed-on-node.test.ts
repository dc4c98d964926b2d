import { rmSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { PlacedLines, PlacedOnNode } from '../../../lib/convey/index.ts';
import { formatMonitorRecord } from '../../../lib/nsm/monitor-record.ts';
import { fileOf, recordOf } from '../store/arbitraries.ts';

const [OURS, THEIRS, STATDS] = [recordOf('c', 'a'), recordOf('c', 'b'), recordOf('c', 'statd')];
const file = (records: (typeof OURS)[], modified = 1000) => ({ ...fileOf('c'), records, modified });
const placing = (record: typeof OURS) => [
  { name: 'c', modified: 1000, lines: [formatMonitorRecord(record)] },
];

function stage(t: Test) {
  const root = t.testdir({});
  const path = join(root, 'theirs.json');
  const own = new PlacedLines(join(root, 'own.json'));
  const theirs = new PlacedLines(path);
  return { path, own, theirs, placed: new PlacedOnNode(own, () => [path]) };
}

t.test('what was placed for a neighbour says no more than what was placed for us', (t) => {
  const { own, theirs, placed } = stage(t);
  t.same(placed.written([]), []);
  t.same(placed.written([file([THEIRS])]), [file([THEIRS])], 'nothing was placed');
  theirs.add(placing(THEIRS));
  t.same(placed.written([file([THEIRS])]), [], 'known as soon as it is written down');
  own.add(placing(OURS));
  t.same(placed.written([file([OURS, THEIRS])]), []);
  t.same(placed.written([file([OURS, THEIRS, STATDS])]), [file([STATDS])]);
  t.ok(placed.untouched(file([OURS, THEIRS])));
  t.notOk(placed.untouched(file([OURS, THEIRS], 2000)));
  t.end();
});

t.test('what is gone is gone for all, but while it is being placed', (t) => {
  const { theirs, placed } = stage(t);
  theirs.add(placing(THEIRS));
  placed.refresh();
  placed.gone(['c']);
  t.same(placed.written([file([THEIRS])]), []);
  theirs.added();
  placed.refresh();
  placed.gone(['c']);
  t.same(placed.written([file([THEIRS])]), [file([THEIRS])]);
  t.end();
});

t.test('of a service that left nothing is known', (t) => {
  const { theirs, placed, path } = stage(t);
  theirs.add(placing(THEIRS));
  placed.refresh();
  rmSync(path);
  t.same(placed.written([file([THEIRS])]), [file([THEIRS])]);
  t.end();
});
