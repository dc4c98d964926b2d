import { join } from 'node:path';
import t, { type Test } from 'tap';
import { PlacedLines } from '../../../lib/convey/index.ts';
import { formatMonitorRecord } from '../../../lib/nsm/monitor-record.ts';
import { fileOf, recordOf } from '../store/arbitraries.ts';

const OURS = recordOf('c', 'n1');
const MORE = recordOf('c', 'n3');
const STATDS = recordOf('c', 'n2');
const file = (records: (typeof OURS)[], modified = 1000) => ({ ...fileOf('c'), records, modified });

function stage(t: Test, ...records: (typeof OURS)[]) {
  const path = join(t.testdir({}), 'placed.json');
  const placed = new PlacedLines(path);
  if (records.length > 0) {
    placed.add([{ name: 'c', modified: 1000, lines: records.map(formatMonitorRecord) }]);
    placed.added();
  }
  return { path, placed };
}

t.test("where nothing was placed, all is statd's", (t) => {
  const { placed } = stage(t);
  t.same(placed.written(file([STATDS])), file([STATDS]));
  t.same(placed.standing(), []);
  t.end();
});

t.test('what convey placed is nothing; what statd adds is', (t) => {
  const { placed } = stage(t, OURS);
  t.equal(placed.written(file([OURS])), null);
  t.same(placed.written(file([OURS, STATDS], 2000)), file([STATDS], 2000));
  t.same(placed.standing(), [OURS]);
  t.end();
});

t.test("what statd wrote in our line's place is statd's", (t) => {
  const { placed } = stage(t, OURS);
  const anew = { ...OURS, cookie: 'f'.repeat(32) };
  t.same(placed.written(file([anew], 2000)), file([anew], 2000));
  t.same(placed.standing(), []);
  t.end();
});

t.test('the same lines at another time were dropped and written between two looks', (t) => {
  const { placed } = stage(t, OURS);
  t.same(placed.written(file([OURS], 2000)), file([OURS], 2000));
  t.end();
});

t.test('a line that statd is just adding gives the file another time before it is there', (t) => {
  const { path, placed } = stage(t, OURS);
  t.same(placed.written(file([OURS], 2000)), file([OURS], 2000), "as if it were statd's");
  t.same(placed.standing(), []);
  t.same(placed.written(file([OURS, STATDS], 2000)), file([STATDS], 2000));
  t.same(placed.standing(), [OURS], 'it can be taken back');
  const others = stage(t, MORE).placed;
  others.written(file([MORE], 2000));
  others.add([{ name: 'd', modified: 1000, lines: [formatMonitorRecord(OURS)] }]);
  t.same(new PlacedLines(path).standing(), [OURS], 'the next keeper has it as well');
  t.same(others.standing(), [OURS]);
  t.same(others.written(file([MORE], 3000)), file([MORE], 3000), "what is statd's stays so");
  t.end();
});

t.test("a line of statd's that it drops does not make the others statd's", (t) => {
  const { path, placed } = stage(t);
  placed.add([{ name: 'c', modified: 1000, lines: [formatMonitorRecord(OURS)], beside: true }]);
  placed.added();
  for (const keeper of [placed, new PlacedLines(path)]) {
    t.equal(keeper.written(file([OURS], 2000)), null, 'SM_UNMON_ALL, as NFS-Ganesha starts');
    t.same(keeper.standing(), [OURS]);
    t.same(keeper.written(file([OURS], 3000)), file([OURS], 3000), 'and then written anew');
  }
  const seen = stage(t, OURS).placed;
  t.same(seen.written(file([OURS, STATDS], 2000)), file([STATDS], 2000));
  t.equal(seen.written(file([OURS], 3000)), null, 'that came after ours');
  t.end();
});

t.test('a line that statd drops leaves the others ours', (t) => {
  const { placed } = stage(t, OURS, MORE);
  t.equal(placed.written(file([OURS], 2000)), null);
  t.equal(placed.written(file([OURS], 2000)), null);
  t.same(placed.standing(), [OURS]);
  t.same(placed.written(file([OURS], 3000)), file([OURS], 3000), 'and then written anew');
  t.end();
});

t.test('what is gone is not ours when it comes again', (t) => {
  const { placed } = stage(t, OURS);
  placed.gone(['other', 'c']);
  t.same(placed.written(file([OURS])), file([OURS]));
  t.end();
});

t.test('while they are being placed, what is not there yet is not gone', (t) => {
  const { placed } = stage(t);
  placed.add([{ name: 'c', modified: 1000, lines: [formatMonitorRecord(OURS)] }]);
  placed.gone(['c']);
  t.same(placed.written(file([STATDS])), file([STATDS]), "a neighbour's");
  t.equal(placed.written(file([OURS])), null);
  t.equal(placed.complete, false);
  placed.added();
  t.equal(placed.complete, true);
  t.end();
});

t.test('another keeper sees when they are being placed, too', (t) => {
  const { path, placed } = stage(t);
  t.equal(placed.complete, false, 'nothing was placed');
  placed.add([{ name: 'c', modified: 1000, lines: [formatMonitorRecord(OURS)] }]);
  const other = new PlacedLines(path);
  other.gone(['c']);
  t.same(other.standing(), [OURS]);
  placed.added();
  t.equal(new PlacedLines(path).complete, true);
  t.end();
});

t.test('a file is untouched until statd writes it', (t) => {
  const { placed } = stage(t, OURS);
  t.ok(placed.untouched(file([OURS, STATDS])));
  t.same(placed.written(file([OURS, STATDS])), file([STATDS]));
  t.ok(placed.untouched(file([OURS, STATDS])), 'and a look does not change that');
  placed.written(file([OURS, STATDS], 2000));
  t.notOk(placed.untouched(file([OURS, STATDS], 2000)));
  t.notOk(placed.untouched({ name: 'other', modified: 1000 }));
  t.end();
});

t.test('the next keeper knows them; placed again, they add up', (t) => {
  const { path, placed } = stage(t, OURS);
  placed.add([{ name: 'c', modified: 1500, lines: [formatMonitorRecord(MORE)] }]);
  const next = new PlacedLines(path);
  t.same(next.standing(), [OURS, MORE]);
  t.equal(next.written(file([OURS, MORE], 1500)), null);
  t.end();
});
