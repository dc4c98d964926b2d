import t from 'tap';
import { problemLines } from '../../../lib/keeper/problems.ts';

t.test('what was set aside is named, escaped, and no more of it than a report holds', async (t) => {
  const found = [{ name: 'a\x1b[2J', reason: 'is empty' }];
  const damage = [
    { file: 'j', line: 3, reason: 'checksum does not match' },
    { file: 'k', line: null, reason: 'is a socket' },
  ];
  t.same(problemLines(found, damage), [
    'a\\x1b[2J: is empty',
    'j:3 checksum does not match',
    'k: is a socket',
  ]);
  const many = Array.from({ length: 30 }, (_, index) => ({ name: `c${index}`, reason: 'is empty' }));
  t.equal(problemLines(many, damage).length, 20);
});
