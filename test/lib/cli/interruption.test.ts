import { EventEmitter } from 'node:events';
import t from 'tap';
import { interruption } from '../../../lib/cli/interruption.ts';

t.test('the first signal interrupts, the second one is not caught', async (t) => {
  for (const signal of ['SIGINT', 'SIGTERM']) {
    const signals = new EventEmitter();
    const interrupted = interruption(signals);
    t.equal(interrupted.aborted, false);
    signals.emit(signal);
    t.equal(interrupted.aborted, true);
    t.equal(signals.listenerCount(signal), 0);
  }
});
