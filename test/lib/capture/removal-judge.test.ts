import fc from 'fast-check';
import t from 'tap';
import { RemovalJudge } from '../../../lib/capture/removal-judge.ts';

const WHO = { lockManager: 'lockd 1', statd: 'statd 1' };

function judge(more: object = {}) {
  const it = new RemovalJudge({ apart: 5, settling: 10, initial: WHO, ...more });
  return (at: number, absent: string[], other: object = {}) =>
    it.observe({ absent, present: 9, at, ...WHO, stopping: false, ...other });
}

t.test('a removal counts when it was seen twice, far enough apart', async (t) => {
  const observe = judge();
  t.same(observe(0, ['a']), []);
  t.same(observe(4, ['a', 'b']), []);
  t.same(observe(8, ['a', 'b']), [], 'while others go, nobody counts');
  t.same(observe(9, ['a', 'b']), ['a', 'b']);
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
    t.same(observe(30, ['before', 'with', 'soon after', 'later'], other), []);
    t.same(observe(35, ['before', 'with', 'soon after', 'later'], other), ['later']);
    t.same(
      observe(40, ['before', 'with'], other),
      [],
      'the one that was there again in between is judged anew',
    );
    t.same(observe(41, ['soon after'], other), []);
    t.same(observe(46, ['soon after'], other), ['soon after']);
  }
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
  const observe = (at: number) => it.observe({ absent: ['a'], present: 1, at, ...WHO, stopping: false });
  t.same([observe(0), observe(14_999), observe(15_000)], [[], [], ['a']]);
  t.same(new RemovalJudge().observe({ absent: ['a'], present: 1, at: 0, ...WHO, stopping: false }), []);
});

t.test('nothing ever counts that was not absent throughout a healthy time', async () => {
  const step = fc.record({
    wait: fc.integer({ min: 1, max: 8 }),
    absent: fc.subarray(['a', 'b']),
    present: fc.integer({ min: 0, max: 3 }),
    statd: fc.option(fc.constantFrom('statd 1', 'statd 2'), { freq: 10 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const it = new RemovalJudge({ apart: 5, settling: 10, initial: WHO });
      const seen: { at: number; absent: string[]; statd: string | null }[] = [];
      let at = 0;
      for (const { wait, absent, present, statd } of steps) {
        at += wait;
        seen.push({ at, absent, statd });
        const counting = it.observe({ absent, present, at, lockManager: 'lockd 1', statd, stopping: false });
        for (const name of counting) {
          const span = seen.filter((one) => one.at >= at - 5);
          if (!span.every((one) => one.absent.includes(name) && one.statd === statd)) return false;
        }
      }
      return true;
    }),
  );
});
