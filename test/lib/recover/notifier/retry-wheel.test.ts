import t from 'tap';
import { LONGEST_DELAY, RetryWheel } from '../../../../lib/recover/notifier/retry-wheel.ts';

t.test('everything comes back when it is due, to within a slot', async (t) => {
  const start = 12_345;
  const wheel = new RetryWheel<number>(start);
  t.equal(wheel.waits(start), undefined);
  const delays = [0, 1, 49, 50, 500, 1000, 2500, LONGEST_DELAY];
  for (const delay of delays) wheel.add(delay, start, delay);
  t.equal(wheel.size, delays.length);
  const seen = new Map<number, number>();
  for (let now = start; wheel.size > 0; now += 7) {
    const waits = wheel.waits(now) ?? Number.NaN;
    const due = wheel.take(now);
    if (waits > 0) t.equal(due.length, 0, 'nothing is due before it says so');
    for (const delay of due) seen.set(delay, now - start);
  }
  for (const delay of delays) {
    const came = seen.get(delay) ?? Number.NaN;
    t.ok(came >= delay && came <= delay + 100, `${delay} came after ${came}`);
  }
});

t.test('after a long sleep everything is there at once', async (t) => {
  const wheel = new RetryWheel<string>(0);
  wheel.add('a', 0, 500);
  wheel.add('b', 0, 2500);
  t.strictSame(wheel.take(1_000_000), ['a', 'b']);
  wheel.add('c', 1_000_000, 500);
  t.equal(wheel.waits(1_000_000), 500);
  t.strictSame(wheel.take(1_000_500), ['c']);
});
