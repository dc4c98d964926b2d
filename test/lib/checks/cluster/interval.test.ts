import t from 'tap';
import { milliseconds } from '../../../../lib/checks/cluster/interval.ts';

t.test('durations as Pacemaker writes them', (t) => {
  for (const [text, expected] of [
    ['60', 60_000],
    ['60s', 60_000],
    [' 2 MIN ', 120_000],
    ['500ms', 500],
    ['1h', 3_600_000],
    ['0', 0],
    ['PT1M', null],
    ['10 fortnights', null],
    ['', null],
  ] as const) {
    t.equal(milliseconds(text), expected, text);
  }
  t.end();
});
