import t from 'tap';
import { LEGENDS, recoveryBar, totalOf } from '../../../../lib/cli/watch/recovery-bar.ts';
import { NO_CLIENTS } from '../reports.ts';

t.test('a bar has a part for each state, in its proportion', async (t) => {
  const counts = {
    ...NO_CLIENTS,
    back: 3,
    present: 1,
    told: 2,
    answered: 1,
    missed: 1,
    conveyed: 1,
    recorded: 1,
  };
  t.equal(recoveryBar(counts, 10), '[####==-x..]');
  t.equal(totalOf(counts), 10);
  for (const legend of LEGENDS) for (const character of new Set('####==-x..')) t.match(legend, character);
});

t.test('it is as wide as it is told, and hides nobody', async (t) => {
  t.equal(recoveryBar(NO_CLIENTS, 5), '[     ]');
  const one = { ...NO_CLIENTS, back: 10_000, missed: 1 };
  t.equal(recoveryBar({ ...one, back: 1, missed: 10_000 }, 10), '[#xxxxxxxxx]');
  for (const width of [1, 10, 33]) t.equal(recoveryBar(one, width).length, width + 2);
});
