import t from 'tap';
import { unitOf } from '../../../lib/node/unit.ts';

const UNITS = ['rpc-statd.service', 'nfs-ganesha-lock.service'];
const groups = (line: string) => ({ '7': { cgroup: `${line}\n` } });

t.test('a daemon belongs to a unit by its control group, where systemd runs', async (t) => {
  const run = { systemd: { system: {} } };
  const inUnit = groups('0::/system.slice/rpc-statd.service');
  t.equal(await unitOf(7, UNITS, t.testdir({ run, proc: inUnit })), 'rpc-statd.service');
  t.equal(await unitOf(8, UNITS, t.testdir({ run, proc: inUnit })), null, 'it has ended');
  t.equal(await unitOf(7, UNITS, t.testdir({ run: {}, proc: inUnit })), null, 'no systemd');
  const inPacemaker = groups('0::/system.slice/pacemaker.service');
  t.equal(await unitOf(7, UNITS, t.testdir({ run, proc: inPacemaker })), null);
});
