import t from 'tap';
import { inSlices } from '../../lib/slices.ts';

t.test('every item in order, and others get their turn while it takes long', async (t) => {
  const done: number[] = [];
  let turns = 0;
  let running = true;
  const others = () => {
    turns += 1;
    if (running) setImmediate(others);
  };
  setImmediate(others);
  const deadline = performance.now() + 10_000;
  function* items() {
    for (let item = 0; turns < 3 && performance.now() < deadline; item++) yield item;
  }
  await inSlices(items(), (item) => done.push(item));
  running = false;
  t.ok(turns === 3 && done.length > 3, `${turns} turns while ${done.length} items were done`);
  t.same(done.slice(0, 3), [0, 1, 2]);
  t.equal(done.at(-1), done.length - 1);
});

t.test('a few items are done at once', async (t) => {
  const done: string[] = [];
  await inSlices(['a', 'b'], (item) => done.push(item));
  t.same(done, ['a', 'b']);
});
