import t from 'tap';
import { wrap } from '../../../lib/cli/wrap.ts';

t.test('text is broken at blanks, long words anywhere', async (t) => {
  t.same(wrap('one two three', 7), ['one two', 'three']);
  t.same(wrap('one  two', 80), ['one two']);
  t.same(wrap('a abcdefgh b', 3), ['a', 'abc', 'def', 'gh', 'b']);
  t.same(wrap('', 3), ['']);
  t.same(wrap('a\nb', 3), ['a\nb']);
});
