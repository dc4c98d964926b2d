import t from 'tap';
import { statdAnswers } from '../../../lib/node/statd-answers.ts';

t.test('it answers, is not registered, or does not answer', async (t) => {
  const asked: unknown[] = [];
  const ask = async (...words: unknown[]) => {
    asked.push(words);
    return true;
  };
  t.equal(await statdAnswers(ask), true);
  t.same(asked, [[{ program: 100024, version: 1 }, 'udp', { timeout: 1000 }]]);
  t.equal(await statdAnswers(async () => false), false);
  t.equal(await statdAnswers(() => Promise.reject(new Error('timed out'))), false);
  t.type(await statdAnswers(), 'boolean', 'this node is asked otherwise');
});
