import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { leaveVerdict } from '../../../lib/keeper/verdict-file.ts';

const OK = { state: 'ok', reason: null } as const;

t.test('that all is well is left with its date, and nothing while it is not', async (t) => {
  const directory = t.testdir();
  const path = join(directory, 'verdict');
  leaveVerdict(path, OK, () => 77.9);
  t.equal(readFileSync(path, 'latin1'), '77\n');
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.same(readdirSync(directory), ['verdict']);
  const seconds = () => Number.parseInt(readFileSync('/proc/uptime', 'latin1'), 10);
  const before = seconds();
  leaveVerdict(path, OK);
  const said = Number(readFileSync(path, 'latin1'));
  t.ok(before <= said && said <= seconds(), 'the clock that the launcher reads');
  for (const state of ['degraded', 'failed'] as const) {
    leaveVerdict(path, OK);
    leaveVerdict(path, { state, reason: 'why' });
    t.notOk(existsSync(path), state);
  }
});

t.test('where it cannot be left or taken back, nothing happens', async (t) => {
  leaveVerdict(join(t.testdir(), 'none/verdict'), OK);
  const path = join(t.testdir(), 'verdict');
  mkdirSync(path);
  leaveVerdict(path, { state: 'failed', reason: 'why' });
  t.ok(existsSync(path));
});
