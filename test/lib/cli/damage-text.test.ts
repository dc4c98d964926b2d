import t from 'tap';
import { damageText } from '../../../lib/cli/damage-text.ts';

t.test('a line of a file, and a file as a whole', async (t) => {
  t.equal(damageText({ file: 'epoch-1', line: 3, reason: 'is bad' }), 'epoch-1, line 3: is bad');
  t.equal(damageText({ file: 'epoch-1', line: null, reason: 'is a socket' }), 'epoch-1: is a socket');
});
