import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { ReclaimPace } from '../../../lib/recover/reclaim-pace.ts';

/** A pace after looks at these milliseconds, each of which saw so many records and locks. */
function after(...looks: readonly (readonly [at: number, records: number, locks: number])[]): ReclaimPace {
  const pace = new ReclaimPace();
  for (const [at, records, locks] of looks) pace.look(String(records), locks, at);
  return pace;
}

t.test('nothing has moved since the last record or lock that was new or gone', async (t) => {
  t.equal(after([1000, 1, 5], [1200, 1, 5], [1400, 1, 5]).stillFor, 400);
  t.equal(after([1000, 1, 5], [1400, 1, 6]).stillFor, 0);
  t.equal(after([1000, 1, 5], [1400, 1, 4], [1500, 1, 4]).stillFor, 100);
  t.equal(after([1000, 1, 5], [1400, 2, 5]).stillFor, 0);
});

t.test('a time in which nobody looked is no stillness', async (t) => {
  t.equal(after([1000, 1, 5], [6000, 1, 5]).stillFor, 300);
  t.equal(after([1000, 1, 5], [6000, 1, 5], [6100, 1, 5]).stillFor, 400);
  t.equal(after([1000, 1, 5], [6000, 1, 6], [6100, 1, 6]).stillFor, 100);
});

t.test('how long nothing may move', async (t) => {
  const waiting = (ms: number) =>
    after([1000, 1, 1], [1000 + ms, 1, 1], [1050 + ms, 1, 2], [1060 + ms, 1, 3]);
  const pauses = [0, 100, 300, 900];
  const by = 'by the longest pause that was seen';
  t.same(
    pauses.map((ms) => waiting(ms).quiet(false)),
    [1000, 1000, 1500, 4500],
    by,
  );
  t.same(
    pauses.map((ms) => waiting(ms).quiet(true)),
    [500, 500, 600, 1800],
    'as many locks as before',
  );
  t.equal(waiting(1000).quiet(false), 1000, 'which was between two clients, and the next was quick');
  t.equal(new ReclaimPace().quiet(false), 2000, 'nothing was seen');
  t.equal(new ReclaimPace().quiet(true), 500, 'nor need it be');
});

t.test('the next look is no later than that, where it is not over yet', async (t) => {
  t.equal(new ReclaimPace().nextLook(2000), 100);
  const still = (ms: number) => {
    const looks = Array.from({ length: ms / 20 }, (_, at) => [1070 + at * 20, 1, 2] as const);
    return after([1000, 1, 1], [1050, 1, 2], ...looks).nextLook(1000);
  };
  t.same([0, 900, 960, 1000, 1100].map(still), [100, 100, 40, 100, 100]);
});

t.test('a pause that a record ends, or the loss of a lock, is not that of a client at work', async (t) => {
  t.equal(after([1000, 1, 1], [1300, 1, 1], [1400, 2, 9]).quiet(false), 2000);
  t.equal(after([1000, 1, 1], [1300, 1, 1], [1400, 1, 0]).quiet(false), 2000);
  t.equal(
    after([1000, 1, 1], [2500, 1, 1], [2600, 1, 2]).quiet(false),
    2000,
    'it began, and its record comes later',
  );
});

t.test(
  'it looks again and again, while that is worthwhile, and what cannot be seen has not moved',
  async (t) => {
    const pace = new ReclaimPace();
    const [locks, abort] = [[3, 7, null, 7], new AbortController()];
    let [worthwhile, asked] = [false, 0];
    const countLocks = async () => {
      const count = locks[asked++];
      if (asked === locks.length) abort.abort();
      if (count === null || count === undefined) throw new Error('EIO');
      return { all: count, own: null };
    };
    const sight = { countLocks, signs: () => 1, need: async () => null };
    const followed = pace.follow(sight, () => worthwhile, abort.signal);
    await pause(250);
    t.equal(asked, 0);
    worthwhile = true;
    await followed;
    t.equal(asked, locks.length);
    t.equal(pace.quiet(false), 1000, 'one lock after another came');
    t.ok(pace.stillFor > 0, 'nothing has moved since');
  },
);
