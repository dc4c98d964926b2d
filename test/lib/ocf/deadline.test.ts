import t from 'tap';
import { deadlineOf } from '../../../lib/ocf/deadline.ts';

t.test('a tenth of the time-out is kept, at most two seconds', async (t) => {
  t.equal(deadlineOf(1_000_000, 5000), 1_004_500);
  t.equal(deadlineOf(1_000_000, 20_000), 1_018_000);
  t.equal(deadlineOf(1_000_000, 600_000), 1_598_000);
});
