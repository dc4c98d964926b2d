import t from 'tap';
import { degraded, failed, notRunning, succeeded } from '../../../lib/ocf/agent.ts';

t.test('outcomes have the codes of the OCF standard', async (t) => {
  t.same(succeeded, { code: 0, reason: null });
  t.same(notRunning, { code: 7, reason: null });
  t.same(failed('the store is full'), { code: 1, reason: 'the store is full' });
  t.same(degraded('statd is dead'), { code: 190, reason: 'statd is dead' });
});
