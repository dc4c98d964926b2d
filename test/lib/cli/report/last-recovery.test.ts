import t from 'tap';
import { lastRecovery } from '../../../../lib/cli/report/last-recovery.ts';
import { EVENTS, event } from './example-recovery.ts';

const adopted = (after: number, epoch: number, inPlace: boolean) =>
  event(after, 'adopted', { epoch, inPlace });

t.test('from the last adoption, whatever was before', async (t) => {
  const before = [adopted(-9000, 3, false), event(-8000, 'back', { client: 'c0' })];
  t.same(lastRecovery([...before, ...EVENTS], 4), { events: EVENTS, whole: true });
});

t.test('a keeper that went on in place belongs to it, whatever its epoch', async (t) => {
  const events = [...EVENTS, adopted(95_000, 5, true), event(96_000, 'removed', { clients: 1 })];
  t.same(lastRecovery(events, 5), { events, whole: true });
  t.same(lastRecovery(events, 4), { events: [], whole: false }, 'another epoch is not what they are about');
});

t.test('a restart of the lock manager begins one', async (t) => {
  const restarted = [event(99_000, 'lock-manager-restarted'), event(99_100, 'conveyed', { clients: 2 })];
  t.same(lastRecovery([...EVENTS, ...restarted], 4), { events: restarted, whole: true });
});

t.test('without its beginning', async (t) => {
  const end = EVENTS.slice(6);
  t.same(lastRecovery(end, 4), { events: end, whole: false });
  t.same(lastRecovery([], 4), { events: [], whole: false });
});
