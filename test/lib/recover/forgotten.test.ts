import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { forgotten, writtenSince } from '../../../lib/recover/forgotten.ts';
import { fileOf, recordOf } from '../store/arbitraries.ts';

t.test('who has missed a recovery leaves, unless statd was told to monitor it since', async (t) => {
  const sm = join(t.testdir({}), 'sm');
  mkdirSync(sm);
  const startedAt = Date.now();
  const put = (name: string, modified: number) => {
    writeFileSync(join(sm, name), '');
    utimesSync(join(sm, name), modified / 1000, modified / 1000);
    return fileOf(name);
  };
  const files = [
    fileOf('gone'),
    put('before', startedAt - 60_000),
    put('since', startedAt + 5),
    put('just', startedAt - 1000),
    { ...put('shared', startedAt - 60_000), records: [recordOf('shared'), recordOf('back')] },
    { ...fileOf('x'), name: 'y'.repeat(300) },
  ];
  const current = new Map(files.map((file) => [file.name, file]));
  const missed = new Set(['gone', 'before', 'since', 'just', 'shared', 'x']);
  const names = (lockManager: Parameters<typeof forgotten>[3]) =>
    forgotten({ current }, missed, sm, lockManager).map((change) => 'name' in change && change.name);
  const lockManager = { kind: 'kernel', identity: 'kernel:7:1', startedAt } as const;
  t.same(names(lockManager), ['gone', 'before']);
  t.same(names(null), ['gone'], 'nobody says since when');
  t.same(forgotten({ current }, new Set(), sm, lockManager), []);
  t.equal(writtenSince(lockManager), startedAt - 2000);
  t.equal(writtenSince(null), Number.POSITIVE_INFINITY);
});
