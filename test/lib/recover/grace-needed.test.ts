import t from 'tap';
import { graceFor, graceNeeded } from '../../../lib/recover/grace-needed.ts';

t.test('half of a period is for rpc.statd to monitor the clients', async (t) => {
  t.equal(graceFor(0, 5), 0);
  t.equal(graceFor(1000, 5), 10_000);
});

t.test('it must last for all clients, but no longer than a new period would', async (t) => {
  t.equal(graceNeeded(1, 90_000), 20_000);
  t.equal(graceNeeded(2000, 90_000), 40_000);
  t.equal(graceNeeded(2000, 50_000), 37_500, 'one that was opened a moment ago is not opened again');
  t.equal(graceNeeded(1_000_000, 90_000), 67_500);
  t.equal(graceNeeded(1, 15_000), 11_250, 'nor is a short one, of which nothing longer can be had');
  t.equal(graceNeeded(2000, null), 20_000);
});
