import t from 'tap';
import { printable, printableSentence } from '../../lib/printable.ts';

t.test('what could end a line, move a cursor or hide text becomes an escape', async (t) => {
  t.equal(printable('a\nb\rc\td'), 'a\\nb\\rc\\td');
  t.equal(printable('\x1b[2J\x00\xe9'), '\\x1b[2J\\x00\\xe9');
  t.equal(printable('host\u202eexe.\u{1f600}'), 'host\\u202eexe.\\u{1f600}');
  t.equal(printable('C:\\n'), 'C:\\\\n');
});

t.test('the result is cut, and says so', async (t) => {
  t.equal(printable('x'.repeat(200)).length, 128);
  t.equal(printable('abcdef', 5), 'ab...');
  t.equal(printable('abcdef', 2), '...');
});

t.test('a sentence that quotes printable text keeps its backslashes', async (t) => {
  t.equal(printableSentence('a\\x1b: b\x1b\u202e'), 'a\\x1b: b\\x1b\\u202e');
  t.equal(printableSentence('x'.repeat(9), 5), 'xx...');
});
