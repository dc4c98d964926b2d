import t from 'tap';
import { systemClock } from '../../../../lib/recover/notifier/clock.ts';

t.test('calls come once, in time, or not at all', async (t) => {
  const calls: string[] = [];
  const begin = systemClock.now();
  systemClock.after(0, () => calls.push('next turn'));
  systemClock.after(0, () => calls.push('taken back'))();
  systemClock.after(5, () => calls.push('taken back'))();
  await new Promise<void>((done) => {
    systemClock.after(30, done);
  });
  t.ok(systemClock.now() - begin >= 28);
  t.strictSame(calls, ['next turn']);
});
