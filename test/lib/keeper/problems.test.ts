import t from 'tap';
import { problemsOf } from '../../../lib/keeper/problems.ts';

t.test('nothing is set aside', async (t) => {
  const store = { state: { damage: [] } };
  t.same(problemsOf({ callout: { problems: [] }, capturing: { look: null }, store }), []);
});

t.test('each thing in one sentence that a terminal can show, and no more than twenty', async (t) => {
  const found = problemsOf({
    callout: { problems: ['mkfifo is not installed'] },
    capturing: { look: { problems: [{ name: 'a\nb', reason: 'is empty' }] } },
    store: {
      state: {
        damage: [
          { file: 'one.journal', line: 7, reason: 'is damaged' },
          { file: 'two.journal', line: null, reason: 'is a link' },
          ...Array.from({ length: 20 }, () => ({ file: 'more', line: 1, reason: 'is damaged' })),
        ],
      },
    },
  });
  const first = [
    'mkfifo is not installed',
    'a\\nb: is empty',
    'one.journal:7 is damaged',
    'two.journal: is a link',
  ];
  t.same(found.slice(0, 4), first);
  t.equal(found.length, 20);
});
