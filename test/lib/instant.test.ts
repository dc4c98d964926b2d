import t from 'tap';
import { instant } from '../../lib/instant.ts';

t.test('milliseconds since 1970 as people read them', async (t) => {
  t.equal(instant(1_764_000_000_500), '2025-11-24T16:00:00Z');
  t.equal(instant(8.64e15), '+275760-09-13T00:00:00Z');
  for (const never of [0, -1, 1e300, Number.NaN]) t.equal(instant(never), null);
});
