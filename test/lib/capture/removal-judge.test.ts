import fc from 'fast-check';
import t from 'tap';
import { RemovalJudge } from '../../../lib/capture/removal-judge.ts';

const WHO = { lockManager: 'lockd 1', statd: 'statd 1' };

function judge(more: object = {}) {
  const it = new RemovalJudge({ apart: 5, settling: 10, initial: WHO, ...more });
  return (at: number, absent: string[], other: object = {}) =>
    it.observe({
      absent,
      present: 9,
      monitored: false,
      answering: true,
      at,
      ...WHO,
      stopping: false,
      ...other,
    });
}

t.test('a removal counts when it was seen twice, far enough apart', async (t) => {
  const observe = judge();
  t.same(observe(0, ['a']), []);
  t.same(observe(4, ['a', 'b']), []);
  t.same(observe(8, ['a', 'b']), [], 'while others go, nobody counts');
  t.same(observe(9, ['a', 'b']), ['a', 'b']);
});

t.test('nothing counts while statd hangs', async (t) => {
  const observe = judge();
  t.same(observe(0, ['a']), []);
  t.same(observe(9, ['a'], { answering: false }), []);
  t.same(observe(10, ['a']), ['a']);
});

t.test('what goes one after the other until nobody is left never counts', async (t) => {
  const observe = judge();
  t.same(observe(0, ['a'], { present: 2 }), []);
  t.same(observe(4, ['a', 'b'], { present: 1 }), []);
  t.same(observe(8, ['a', 'b', 'c'], { present: 0 }), []);
  t.same(observe(60, ['a', 'b', 'c'], { present: 0 }), []);
  t.same(observe(61, ['b'], { present: 2 }), [], 'nor when others are there');
  t.same(observe(99, ['a', 'b'], { present: 2 }), [], 'but one that was there again may go');
  t.same(observe(104, ['a', 'b'], { present: 2 }), ['a']);
});

t.test('what goes with more than half of all at once never counts', async (t) => {
  const observe = judge();
  t.same(observe(0, ['a'], { present: 5 }), []);
  t.same(observe(1, ['a', 'b', 'c', 'd'], { present: 2 }), []);
  t.same(observe(60, ['a', 'b', 'c', 'd'], { present: 2 }), [], 'nor what went shortly before');
  const half = judge();
  t.same(half(0, ['a', 'b'], { present: 2 }), []);
  t.same(half(5, ['a', 'b'], { present: 2 }), ['a', 'b']);
});

t.test('what was deleted and created again was not removed', async (t) => {
  const observe = judge();
  t.same(observe(0, ['a']), []);
  t.same(observe(3, []), []);
  t.same(observe(6, ['a']), []);
  t.same(observe(10, ['a']), []);
  t.same(observe(11, ['a']), ['a']);
});

t.test('what went when lock manager or statd changed, or soon after, never counts', async (t) => {
  for (const other of [{ lockManager: 'lockd 2' }, { statd: 'statd 2' }]) {
    const observe = judge();
    t.same(observe(0, ['before']), []);
    t.same(observe(20, ['before', 'with'], other), []);
    t.same(observe(29, ['before', 'with', 'soon after'], other), []);
    t.same(observe(38, ['before', 'with', 'soon after', 'soon after that'], other), []);
    const gone = ['before', 'with', 'soon after', 'soon after that'];
    t.same(observe(48, gone, other), [], 'nobody goes any more');
    t.same(observe(49, [...gone, 'later'], other), []);
    t.same(observe(54, [...gone, 'later'], other), ['later']);
    t.same(observe(55, ['before'], other), [], 'the others were there again in between');
    t.same(observe(56, ['soon after'], other), []);
    t.same(observe(61, ['soon after'], other), ['soon after']);
  }
});

t.test('nor does what a lock manager gives up after its start, however long that takes', async (t) => {
  const observe = judge();
  const restarted = { lockManager: 'lockd 2' };
  t.same(observe(0, []), []);
  const gone: string[] = [];
  for (let at = 1; at <= 40; at += 3) {
    gone.push(`of ${at}`);
    t.same(observe(at, gone, restarted), []);
  }
  for (let at = 41; at <= 60; at++) t.same(observe(at, gone, { ...restarted, monitored: true }), []);
  t.same(observe(99, [...gone, 'later'], { ...restarted, monitored: true }), []);
  t.same(observe(104, [...gone, 'later'], restarted), ['later']);
});

t.test('where others go all the time, it counts once somebody came well after that', async (t) => {
  const others = Array.from({ length: 40 }, (_, index) => `other ${index}`);
  const went = (at: number) => ['a', ...others.slice(at, at + 3)];
  const observe = judge();
  for (let at = 0; at < 7; at++) t.same(observe(at, went(at), { monitored: at < 5 }), []);
  t.same(observe(7, went(7)), [], 'who came by then came too soon after it, for all that is known');
  t.same(observe(8, went(8), { monitored: true }), ['a']);
  const stopping = judge();
  for (let at = 0; at < 36; at++) t.same(stopping(at, went(at)), [], 'nobody comes: it may be stopping');
});

t.test('nothing counts while one of the two is not running, nor what went meanwhile', async (t) => {
  for (const other of [{ lockManager: null }, { statd: null }]) {
    const observe = judge();
    t.same(observe(0, ['a']), []);
    t.same(observe(20, ['a', 'b'], other), []);
    t.same(observe(40, ['a', 'b'], other), []);
    for (const at of [41, 60, 80]) t.same(observe(at, ['a', 'b']), []);
  }
});

t.test('from stop on, nothing counts any more', async (t) => {
  const observe = judge();
  t.same(observe(0, ['a']), []);
  t.same(observe(6, ['a'], { stopping: true }), []);
  t.same(observe(60, ['a']), [], 'not even if stopping is taken back');
});

t.test('without a word on who was at work before, the first observation settles nothing', async (t) => {
  const observe = judge({ initial: undefined });
  t.same(observe(0, ['a']), []);
  t.same(observe(50, ['a']), []);
  const after = judge({ initial: { lockManager: null, statd: 'statd 1' } });
  t.same([after(0, ['a']), after(50, ['a'])], [[], []]);
});

t.test('with its own measures, it takes seconds', async (t) => {
  const it = new RemovalJudge({ initial: WHO });
  const seen = { absent: ['a'], present: 1, monitored: false, answering: true, ...WHO, stopping: false };
  const observe = (at: number) => it.observe({ ...seen, at });
  t.same([observe(0), observe(14_999), observe(15_000)], [[], [], ['a']]);
  t.same(new RemovalJudge().observe({ ...seen, at: 0 }), []);
});

t.test('nothing ever counts that was not absent throughout a healthy time', async () => {
  const step = fc.record({
    wait: fc.integer({ min: 1, max: 8 }),
    absent: fc.subarray(['a', 'b']),
    present: fc.integer({ min: 0, max: 3 }),
    monitored: fc.boolean(),
    statd: fc.option(fc.constantFrom('statd 1', 'statd 2'), { freq: 10 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const it = new RemovalJudge({ apart: 5, settling: 10, initial: WHO });
      const seen: { at: number; absent: string[]; statd: string | null }[] = [];
      let at = 0;
      for (const { wait, absent, present, monitored, statd } of steps) {
        at += wait;
        seen.push({ at, absent, statd });
        const others = { answering: true, lockManager: 'lockd 1', statd, stopping: false };
        const counting = it.observe({ absent, present, monitored, at, ...others });
        for (const name of counting) {
          const span = seen.filter((one) => one.at >= at - 5);
          if (!span.every((one) => one.absent.includes(name) && one.statd === statd)) return false;
        }
      }
      return true;
    }),
  );
});

t.test('on a node that is never quiet records do not pile up, and a stop removes nobody', async () => {
  const tick = fc.record({ come: fc.integer({ min: 0, max: 3 }), go: fc.integer({ min: 0, max: 3 }) });
  // A lock manager that stops gives up some clients each second, and takes on nobody.
  const stop = fc.record({ each: fc.integer({ min: 1, max: 3 }), pause: fc.integer({ min: 1, max: 4 }) });
  fc.assert(
    fc.property(fc.array(tick, { minLength: 60, maxLength: 200 }), stop, (ticks, { each, pause }) => {
      const it = new RemovalJudge({ apart: 5, settling: 10, initial: WHO });
      let number = 0;
      const present = new Set(Array.from({ length: 20 }, () => `client ${number++}`));
      const absent = new Map<string, number>();
      let at = 0;
      let cameAt = 0;
      const look = (monitored: boolean, lockManager: string | null = WHO.lockManager) => {
        at += 1;
        const who = { answering: true, lockManager, statd: WHO.statd, stopping: false };
        const seen = { absent: absent.keys(), present: present.size, monitored, at, ...who };
        const removed = it.observe(seen);
        for (const name of removed) absent.delete(name);
        return removed;
      };
      const give = (count: number) => {
        for (const name of [...present].slice(0, count)) {
          present.delete(name);
          absent.set(name, at + 1);
        }
      };
      for (const { come, go } of ticks) {
        for (let index = 0; index < come; index++) present.add(`client ${number++}`);
        give(Math.min(go, present.size - 10));
        if (come > 0) cameAt = at + 1;
        look(come > 0);
        // Each who went well before the last one came is removed: at most an observation later than can be known.
        for (const since of absent.values()) if (cameAt - since > 6 && at > cameAt) return false;
      }
      const served = new Set(present);
      while (present.size > 0) {
        give(each);
        for (let second = 0; second < pause; second++)
          if (look(false).some((name) => served.has(name))) return false;
      }
      for (let second = 0; second < 30; second++)
        if (look(false, null).some((name) => served.has(name))) return false;
      return true;
    }),
  );
});
