import fc from 'fast-check';
import t from 'tap';
import { isReservedAfter, nextStateNumber, reservedNumbers } from '../../../lib/nsm/state-number.ts';

const NOW = Date.parse('2026-11-23T00:00:00Z');
const SECONDS = NOW / 1000;

t.test('above the stored number, and above the local one', async (t) => {
  const next = (stored: number | null, local: number | null) => nextStateNumber({ stored, local, now: NOW });
  t.equal(next(101, null), 103);
  t.equal(next(101, 7), 103);
  t.equal(next(101, 203), 205);
  t.equal(next(101, 204), 207, 'odd');
  t.equal(next(100, null), 103, 'odd');
});

t.test(
  'a store without one starts from the clock, or above a local number that is ahead of it',
  async (t) => {
    t.equal(nextStateNumber({ stored: null, local: null, now: NOW }), SECONDS + 1);
    t.equal(nextStateNumber({ stored: null, local: null, now: NOW + 1500 }), SECONDS + 1);
    t.equal(nextStateNumber({ stored: null, local: 3, now: NOW }), SECONDS + 1);
    t.equal(nextStateNumber({ stored: null, local: SECONDS + 99, now: NOW }), SECONDS + 101);
    t.equal(nextStateNumber({ stored: null, local: 77, now: 0 }), 79, 'a clock that was never set');
  },
);

t.test('four random bytes as a local number are no news', async (t) => {
  for (const local of [0, -5, -0x8000_0000, SECONDS + 0x100_0001, 0x7fff_ffff]) {
    t.equal(nextStateNumber({ stored: 101, local, now: NOW }), 103);
  }
});

t.test('a clock far in the future leaves room for the rounds to come', async (t) => {
  const first = nextStateNumber({ stored: null, local: null, now: Date.parse('2400-01-01') });
  t.ok(first < 0x7fff_ffff - 0x100_0000);
  t.equal(
    nextStateNumber({ stored: 0x7fff_ffff, local: null, now: NOW }),
    1,
    'past the end it goes on from 1',
  );
});

t.test('it is always odd, positive, 32 bits wide, and rises', async () => {
  const number = fc.integer({ min: 1, max: 0x7fff_fffc });
  const local = fc.option(fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }));
  const time = fc.integer({ min: 0, max: 8e12 });
  fc.assert(
    fc.property(fc.option(number), local, time, (stored, found, now) => {
      const next = nextStateNumber({ stored, local: found, now });
      return next % 2 === 1 && next >= 1 && next <= 0x7fff_ffff && next > (stored ?? 0);
    }),
  );
});

t.test('a node reserves odd numbers above the one that it announced, whatever its file says', (t) => {
  t.same(reservedNumbers(null), { first: 1, last: 129 });
  t.same(reservedNumbers(3), { first: 3, last: 131 });
  t.same(reservedNumbers(8), { first: 9, last: 137 });
  for (const implausible of [0, -5, 0x7fff_ffff]) {
    t.same(reservedNumbers(implausible), { first: 1, last: 129 });
  }
  t.end();
});

t.test('what a node has reserved since', (t) => {
  const { last } = reservedNumbers(3);
  t.same(
    [last, reservedNumbers(last).last, 3, 5, 1].map((number) => isReservedAfter(number, 3)),
    [true, true, false, false, false],
  );
  t.end();
});
