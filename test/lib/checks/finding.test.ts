import t from 'tap';
import { VERDICTS } from '../../../lib/checks/finding.ts';

t.test('not to know is better than to be warned', async (t) => {
  t.same(VERDICTS, ['ok', 'unknown', 'warning', 'bad']);
});
