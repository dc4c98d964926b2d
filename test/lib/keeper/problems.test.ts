import t from 'tap';
import { problemsShown } from '../../../lib/keeper/problems.ts';

t.test('each file is named, whoever wrote its name', async (t) => {
  const files = [{ name: 'a\nb', reason: 'is a FIFO' }];
  const damage = [
    { file: 'epoch-00000001.0001.journal', line: null, reason: 'is a symbolic link' },
    { file: 'epoch-00000002.0001.journal', line: 7, reason: 'checksum does not match' },
  ];
  t.same(problemsShown(files, damage), [
    'a\\nb: is a FIFO',
    'epoch-00000001.0001.journal: is a symbolic link',
    'epoch-00000002.0001.journal: line 7: checksum does not match',
  ]);
  t.same(problemsShown([], []), []);
});

t.test('much that is wrong with one file does not hide another', async (t) => {
  const lines = Array.from({ length: 1000 }, (_, index) => ({ name: 'binary', reason: `line ${index + 1}` }));
  const files = [...lines, { name: 'other', reason: 'is empty' }];
  t.same(problemsShown(files, []), ['binary: line 1 (and 999 more)', 'other: is empty']);
});

t.test('what is too much for a report is counted', async (t) => {
  const files = Array.from({ length: 60 }, (_, index) => ({ name: `f${index}`, reason: 'is empty' }));
  const shown = problemsShown(files, []);
  t.equal(shown.length, 51);
  t.equal(shown.at(-1), 'and 10 more');
});
