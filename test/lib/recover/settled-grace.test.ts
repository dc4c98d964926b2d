import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { endWhenSettled, type Settling, stillnessAfter } from '../../../lib/recover/settled-grace.ts';

/** A grace period that tests look at and stir. */
class Stage {
  on = true;
  locks = 5;
  files = 1;
  need: string | null = null;
  endedAt = 0;
  readonly abort = new AbortController();
  readonly events: unknown[] = [];

  run(more: Partial<Settling> = {}): Promise<boolean> {
    return endWhenSettled({
      service: 'nfs-a',
      isOn: async () => this.on,
      end: async () => {
        this.on = false;
        this.endedAt = performance.now();
      },
      countLocks: async () => this.locks,
      writes: () => this.files,
      neededBy: async () => this.need,
      signal: this.abort.signal,
      log: (event, facts) => this.events.push(facts ?? event),
      quiet: 400,
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

t.test('it takes two seconds where nobody was seen to take locks', async (t) => {
  const stage = new Stage();
  const began = performance.now();
  t.equal(await stage.run({ quiet: undefined as never }), true);
  t.ok(stage.endedAt - began >= 2000);
});

t.test('it takes longer where a client was seen to be slow with its locks', async (t) => {
  const stage = new Stage();
  const done = stage.run({ quiet: undefined as never });
  let last = 0;
  for (let times = 0; times < 3; times += 1) {
    await pause(800);
    stage.locks += 1;
    last = performance.now();
  }
  t.equal(await done, true);
  t.ok(stage.endedAt - last >= 2500, `${stage.endedAt - last} ms`);
});

t.test('a pause that ends with a record, or with a lock less, is not that of a client at work', async (t) => {
  const stirs = [
    (stage: Stage) => {
      stage.locks += 1;
      stage.files += 1;
    },
    (stage: Stage) => {
      stage.locks -= 1;
    },
  ];
  await Promise.all(
    stirs.map(async (stir) => {
      const stage = new Stage();
      const done = stage.run({ quiet: undefined as never });
      await pause(1500);
      stir(stage);
      const last = performance.now();
      t.equal(await done, true);
      t.ok(stage.endedAt - last < 4500, `${stage.endedAt - last} ms`);
    }),
  );
});

t.test('how long nothing may move', async (t) => {
  t.same([null, 0, 100, 300, 900, 7000].map(stillnessAfter), [2000, 1000, 1000, 1500, 4500, 5000]);
});

t.test('while something else needs it, it goes on, and that is said once', async (t) => {
  const stage = new Stage();
  stage.need = 'nfs-b is recovering';
  const done = stage.run({ quiet: 10 });
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

t.test('a kernel that refuses is named', async (t) => {
  const stage = new Stage();
  const end = () => Promise.reject(new Error('EIO'));
  t.equal(await stage.run({ quiet: 0, end }), false);
  t.same(stage.events, [{ reason: 'EIO' }]);
});
