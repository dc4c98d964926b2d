import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { forgotten, writtenSince } from '../../../lib/recover/forgotten.ts';
import { dateBack } from '../capture/sm-directory.ts';
import { fileOf, recordOf } from '../store/arbitraries.ts';

t.test('who has missed a recovery leaves, unless statd monitors it', async (t) => {
  const sm = join(t.testdir({}), 'sm');
  mkdirSync(sm);
  writeFileSync(join(sm, 'there'), '');
  // By a lockd that was killed since, and goes on with it.
  dateBack(join(sm, 'there'));
  const files = [
    fileOf('gone'),
    fileOf('there'),
    { ...fileOf('shared'), records: [recordOf('shared'), recordOf('back')] },
    { ...fileOf('unreadable'), name: 'y'.repeat(300) },
  ];
  const current = new Map(files.map((file) => [file.name, file]));
  const missed = new Set(['gone', 'there', 'shared', 'unreadable']);
  t.same(forgotten({ current }, missed, sm), [{ type: 'removed', name: 'gone' }]);
  t.same(forgotten({ current }, new Set(), sm), []);
});

t.test('what a lock manager had written is no older than it, by two clocks', async (t) => {
  const startedAt = 1_800_000_000_000;
  t.equal(writtenSince({ startedAt }), startedAt - 2000);
  t.equal(writtenSince(null), Number.POSITIVE_INFINITY);
});
