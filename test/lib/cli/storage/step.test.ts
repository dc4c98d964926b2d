import t from 'tap';
import { type Step, seldom } from '../../../../lib/cli/storage/step.ts';

t.test('nothing is said of what is done in a second, and little of what takes longer', async (t) => {
  let now = 5000;
  t.capture(performance, 'now', () => now);
  const said: Step[] = [];
  const report = seldom((step) => said.push(step));
  const at = (time: number, done: number) => {
    now = 5000 + time;
    report({ what: 'done', done, total: 9 });
  };
  at(0, 1);
  at(999, 2);
  t.same(said, []);
  at(1000, 3);
  at(1199, 4);
  at(1200, 5);
  t.same(
    said.map(({ done }) => done),
    [3, 5],
  );
});
