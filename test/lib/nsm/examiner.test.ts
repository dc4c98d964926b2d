import t from 'tap';
import { EXAMINER, isExaminers } from '../../../lib/nsm/examiner.ts';

t.test('it is known by its my_name', async (t) => {
  t.ok(isExaminers({ myName: EXAMINER }));
  t.notOk(isExaminers({ myName: 'n1' }));
  t.match(EXAMINER, /^[A-Za-z0-9.:_%-]+$/, 'the callout passes it on');
});
