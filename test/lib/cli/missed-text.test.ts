import t from 'tap';
import { missedText } from '../../../lib/cli/missed-text.ts';

const after = (missed: number, missedClients: string[]) =>
  missedText({ lastRecovery: { at: 1, clients: 9, back: 9 - missed, missed, missedClients } });

t.test('who was missed in the last recovery', async (t) => {
  t.equal(missedText({ lastRecovery: null }), null);
  t.equal(after(0, []), null);
  t.equal(after(1, ['c1']), 'c1');
  t.equal(after(2, ['c1', 'c2']), 'c1, c2');
  t.equal(after(5, ['c1', 'c2', 'c3']), 'c1, c2, c3 and 2 more');
  t.equal(after(4, []), '4', 'a keeper of an older version names nobody');
});

t.test('a name neither steers the terminal nor floods it', async (t) => {
  t.equal(after(1, ['\x1b[2J\n']), '\\x1b[2J\\n');
  t.equal(after(1, ['x'.repeat(5000)])?.length, 64);
});
