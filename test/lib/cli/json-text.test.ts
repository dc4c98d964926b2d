import t from 'tap';
import { jsonText } from '../../../lib/cli/json-text.ts';

t.test('what is printed is ASCII and means the same', async (t) => {
  const value = { name: 'a\u009b31m\u202e\ud83d\ude00\x7f\x1b"\\', list: [1, null] };
  const text = jsonText(value);
  t.match(text, /^[\x20-\x7e]+\n$/);
  t.same(JSON.parse(text), value);
});
