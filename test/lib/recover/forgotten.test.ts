import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { LockManager } from '../../../lib/node/lock-manager.ts';
import { forgotten, writtenSince } from '../../../lib/recover/forgotten.ts';
import { dateBack } from '../capture/sm-directory.ts';
import { fileOf, recordOf } from '../store/arbitraries.ts';

t.test('who has missed a recovery leaves, unless statd monitors it', async (t) => {
  const sm = join(t.testdir({}), 'sm');
  mkdirSync(sm);
  for (const name of ['there', 'monitored']) writeFileSync(join(sm, name), '');
  dateBack(join(sm, 'there'));
  const files = [
    fileOf('gone'),
    fileOf('there'),
    fileOf('monitored'),
    { ...fileOf('shared'), records: [recordOf('shared'), recordOf('back')] },
    { ...fileOf('unreadable'), name: 'y'.repeat(300) },
  ];
  const current = new Map(files.map((file) => [file.name, file]));
  const missed = new Set(['gone', 'there', 'monitored', 'shared', 'unreadable']);
  const removed = (lockManager: LockManager | null, who = missed) =>
    forgotten({ current }, who, sm, lockManager).flatMap((change) => ('name' in change ? change.name : []));
  const lockd = { kind: 'kernel', identity: 'x', startedAt: Date.now() - 1000 } as const;
  t.same(
    removed({ ...lockd, monitorsAnew: true }),
    ['gone', 'there'],
    'it was started: its file is from before',
  );
  t.same(removed(lockd), ['gone'], 'it was killed, and goes on with whom it has had monitored');
  t.same(removed(null), ['gone']);
  t.same(removed({ ...lockd, monitorsAnew: true }, new Set()), []);
});

t.test('what a lock manager had written is no older than it, by two clocks', async (t) => {
  const startedAt = 1_800_000_000_000;
  t.equal(writtenSince({ startedAt }), startedAt - 2000);
  t.equal(writtenSince(null), Number.POSITIVE_INFINITY);
});
