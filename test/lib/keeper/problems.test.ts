import t from 'tap';
import { problemsOf } from '../../../lib/keeper/problems.ts';

const look = { captured: [], present: 0, absent: [], writing: false, directory: 'present' } as const;

t.test('what was set aside is named, on one printable line each', async (t) => {
  t.same(problemsOf(null, []), []);
  const problems = [{ name: 'a\nb', reason: 'empty' }];
  const damage = [
    { file: 'j', line: 7, reason: 'checksum' },
    { file: 'k', line: null, reason: 'no header' },
  ];
  t.same(problemsOf({ ...look, problems }, damage), ['a\\nb: empty', 'j:7 checksum', 'k: no header']);
});

t.test('and no more than twenty of them', async (t) => {
  const problems = Array.from({ length: 30 }, (_, n) => ({ name: `${n}`, reason: 'empty' }));
  t.equal(problemsOf({ ...look, problems }, []).length, 20);
});
