import t from 'tap';
import { STYLE } from '../../../../lib/cli/report/report-style.ts';

t.test('it asks for nothing from elsewhere, and closes what it opens', async (t) => {
  t.notMatch(STYLE, /url\(|@import|<|https?:/);
  t.equal(STYLE.split('{').length, STYLE.split('}').length);
});
