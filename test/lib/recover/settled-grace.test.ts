import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { type LockSight, ReclaimPace } from '../../../lib/recover/reclaim-pace.ts';
import { endWhenSettled, type Settling } from '../../../lib/recover/settled-grace.ts';

/** Nothing may move for so many milliseconds. */
const paceOf = (quiet: number): Settling['pace'] =>
  new (class extends ReclaimPace {
    override quiet(asMany: boolean) {
      return asMany ? 0 : quiet;
    }
  })();

/** A grace period that tests look at and stir. */
class Stage {
  on = true;
  locks = 5;
  files = 1;
  need: string | null = null;
  before: number | null = null;
  own: number | null = 0;
  alone = true;
  readonly ready: boolean[] = [];
  endedAt = 0;
  readonly abort = new AbortController();
  readonly events: unknown[] = [];

  run({ countLocks, ...more }: Partial<Settling & Pick<LockSight, 'countLocks'>> = {}): Promise<boolean> {
    return endWhenSettled({
      isOn: async () => this.on,
      end: async () => {
        this.on = false;
        this.endedAt = performance.now();
      },
      sight: {
        countLocks: countLocks ?? (async () => ({ all: this.locks, own: this.own })),
        signs: () => this.files,
        need: async () => this.need,
      },
      lockCount: () => this.before,
      areAlone: this.alone,
      onReady: (isReady) => this.ready.push(isReady),
      signal: this.abort.signal,
      log: (event, facts) => this.events.push(facts ?? event),
      pace: paceOf(400),
      ...more,
    });
  }
}

for (const [what, stir] of [
  ['a lock', (stage: Stage) => (stage.locks += 1)],
  ['a record', (stage: Stage) => (stage.files += 1)],
] as const) {
  t.test(`${what} that comes later begins the wait anew`, async (t) => {
    const stage = new Stage();
    const done = stage.run();
    let last = 0;
    for (let times = 0; times < 3; times += 1) {
      await pause(250);
      t.ok(stage.on, 'it goes on');
      stir(stage);
      last = performance.now();
    }
    t.equal(await done, true);
    t.ok(stage.endedAt - last >= 400, `${stage.endedAt - last} ms`);
    t.same(stage.events, ['grace-ended']);
  });
}

t.test('it takes as long as the pace asks for', async (t) => {
  const stage = new Stage();
  const began = performance.now();
  t.equal(await stage.run({ pace: new ReclaimPace() }), true);
  t.ok(stage.endedAt - began >= 2000);
});

t.test('while something else needs it, it goes on, and that is said once', async (t) => {
  const stage = new Stage();
  stage.need = 'nfs-b is recovering';
  const done = stage.run({ pace: paceOf(10) });
  await pause(350);
  t.ok(stage.on);
  t.same(stage.events, [{ reason: 'nfs-b is recovering' }]);
  stage.need = null;
  t.equal(await done, true);
  t.same(stage.events, [{ reason: 'nfs-b is recovering' }, 'grace-ended']);
});

t.test('whoever needed it last has as much time to reclaim', async (t) => {
  const stage = new Stage();
  stage.need = 'nfs-b is recovering';
  const done = stage.run();
  await pause(600);
  stage.need = null;
  const free = performance.now();
  t.equal(await done, true);
  t.ok(stage.endedAt - free >= 400, `${stage.endedAt - free} ms`);
});

t.test('one that is over, or given up, is not ended', async (t) => {
  const over = new Stage();
  over.on = false;
  t.equal(await over.run(), false);
  const stopped = new Stage();
  stopped.abort.abort();
  t.equal(await stopped.run(), false);
  t.same([over.endedAt, stopped.endedAt], [0, 0]);
});

t.test('nor is it where it was given up in the last look', async (t) => {
  const stopped = new Stage();
  const countLocks = async () => {
    stopped.abort.abort();
    return { all: 5, own: 5 };
  };
  t.equal(await stopped.run({ pace: paceOf(0), countLocks }), false);
  t.same([stopped.endedAt, stopped.events], [0, []]);
});

for (const [what, need, own, least] of [
  ['counts with as many locks as before', null, 5, 0],
  ['does not while something else needed it', 'nfs-b is recovering', 5, 400],
  ['does not with fewer: their client may be cut off', null, 4, 10_000],
  ['does not where there is no telling', null, null, 400],
] as const) {
  t.test(`that nothing moved while clients were being told ${what}`, async (t) => {
    const stage = new Stage();
    [stage.need, stage.before, stage.own] = [need, 5, own];
    let now = performance.now();
    t.capture(performance, 'now', () => now);
    // A look takes its time; so many pass before all are back.
    const pace = new (class extends ReclaimPace {
      override look(others: string, locks: number) {
        now += 100;
        super.look(others, locks, now);
      }
      override quiet() {
        return 400;
      }
      override nextLook() {
        return 0;
      }
    })();
    const sight = {
      countLocks: async () => ({ all: 5, own }),
      signs: () => stage.files,
      need: async () => stage.need,
    };
    for (let looks = 0; looks < 200; looks += 1) await pace.see(sight);
    stage.need = null;
    const began = now;
    t.equal(await stage.run({ pace }), true);
    const took = stage.endedAt - began;
    t.ok(took >= least && took < least + 300, `${took} ms`);
  });
}

t.test('a kernel that refuses is named', async (t) => {
  const stage = new Stage();
  const end = () => Promise.reject(new Error('EIO'));
  t.equal(await stage.run({ pace: paceOf(0), end }), false);
  t.same(stage.events, [{ reason: 'EIO' }]);
});

t.test(
  'as many locks as before need less time, but not where there were none, or others are among them',
  async (t) => {
    for (const [count, alone, least] of [
      [3, true, 0],
      [3, false, 400],
      [0, true, 400],
      [null, true, 400],
    ] as const) {
      const stage = new Stage();
      [stage.before, stage.own, stage.alone] = [count, count, alone];
      const began = performance.now();
      t.equal(await stage.run(), true);
      const took = stage.endedAt - began;
      t.ok(took >= least && took < least + 300, `${count} locks: ${took} ms`);
    }
  },
);

t.test('locks that are not back are waited for, and who asks is told so; not for ever', async (t) => {
  const stage = new Stage();
  [stage.before, stage.own] = [3, 2];
  const pace = paceOf(10);
  const done = stage.run({ pace });
  await pause(350);
  t.ok(stage.on);
  t.same(stage.events, [{ reason: 'not all of 3 locks are back' }]);
  t.same([...new Set(stage.ready)], [false]);
  stage.own = 3;
  t.equal(await done, true);
  t.equal(stage.ready.at(-1), true);
  const gone = new Stage();
  [gone.before, gone.own] = [3, 2];
  let now = performance.now();
  t.capture(performance, 'now', () => now);
  const still = new (class extends ReclaimPace {
    override look() {
      now += 4000;
      this.stillFor += 4000;
    }
  })();
  t.equal(await gone.run({ pace: still }), true);
  t.same(gone.ready, [false, false, true], 'given up, or lost, by then');
});
