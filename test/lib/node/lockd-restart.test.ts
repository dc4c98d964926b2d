import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { lockdRestartedAt, noteLockdRestart } from '../../../lib/node/lockd-restart.ts';

const LOCKD = { command: 'lockd', pid: 50, startTicks: 100 };

t.test('what was noted of one lockd is true of that one', async (t) => {
  const directory = t.testdir();
  const file = join(directory, 'lockd-restart.json');
  t.equal(await lockdRestartedAt(file, LOCKD), null, 'nothing is noted');
  const before = Date.now();
  noteLockdRestart(file, LOCKD);
  const at = (await lockdRestartedAt(file, LOCKD)) ?? 0;
  t.ok(at >= before && at <= Date.now());
  t.equal(await lockdRestartedAt(file, { ...LOCKD, startTicks: 101 }), null);
  t.same(readdirSync(directory), ['lockd-restart.json']);
});
