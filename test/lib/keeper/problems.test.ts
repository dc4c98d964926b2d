import t from 'tap';
import type { Problem } from '../../../lib/capture/index.ts';
import { problemsOf } from '../../../lib/keeper/problems.ts';
import type { Damage } from '../../../lib/store/index.ts';

function shown(files: readonly Problem[], damage: readonly Damage[] = [], callout: readonly string[] = []) {
  const look = { problems: files };
  return problemsOf({
    callout: { problems: callout },
    capturing: { look },
    damage,
    nextOwner: { noRoom: null },
  });
}

t.test('each file is named, whoever wrote its name', async (t) => {
  const files = [{ name: 'a\nb', reason: 'is a FIFO' }];
  const damage = [
    { file: 'epoch-00000001.0001.journal', line: null, reason: 'is a symbolic link' },
    { file: 'epoch-00000002.0001.journal', line: 7, reason: 'checksum does not match' },
  ];
  t.same(shown(files, damage, ['mkfifo is not installed']), [
    'mkfifo is not installed',
    'a\\nb: is a FIFO',
    'epoch-00000001.0001.journal: is a symbolic link',
    'epoch-00000002.0001.journal: line 7: checksum does not match',
  ]);
  t.same(shown([]), []);
  const nextOwner = { noRoom: 'cannot set room aside' };
  const nothing = { callout: { problems: [] }, capturing: { look: null }, damage: [], nextOwner };
  t.same(problemsOf(nothing), ['cannot set room aside'], 'before the first look');
});

t.test('much that is wrong with one file does not hide another', async (t) => {
  const lines = Array.from({ length: 1000 }, (_, index) => ({ name: 'binary', reason: `line ${index + 1}` }));
  const files = [...lines, { name: 'other', reason: 'is empty' }];
  t.same(shown(files), ['binary: line 1 (and 999 more)', 'other: is empty']);
});

t.test('what is too much for a report is counted', async (t) => {
  const files = Array.from({ length: 60 }, (_, index) => ({ name: `f${index}`, reason: 'is empty' }));
  const all = shown(files);
  t.equal(all.length, 51);
  t.equal(all.at(-1), 'and 10 more');
});
