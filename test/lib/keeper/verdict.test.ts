import t from 'tap';
import { verdictSchema } from '../../../lib/keeper/verdict.ts';

t.test('a verdict is a state, and a reason where there is one', async (t) => {
  for (const verdict of [
    { state: 'ok', reason: null },
    { state: 'degraded', reason: 'statd is dead; start it' },
    { state: 'failed', reason: 'another node owns the store' },
  ]) {
    t.same(verdictSchema.parse(verdict), verdict);
  }
});

t.test('what is no verdict is refused', async (t) => {
  for (const wrong of [{ state: 'ok' }, { state: 'fine', reason: null }, { state: 'ok', reason: 1 }, null]) {
    t.notOk(verdictSchema.safeParse(wrong).success, JSON.stringify(wrong));
  }
});
