import t from 'tap';
import { WIDTH } from '../../../lib/cli/terminal.ts';

t.test('what is printed fits the narrowest common terminal', async (t) => {
  t.equal(WIDTH, 80);
});
