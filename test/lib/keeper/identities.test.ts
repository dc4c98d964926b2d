import t from 'tap';
import { followProcesses } from '../../../lib/keeper/identities.ts';
import type { LockManager } from '../../../lib/node/lock-manager.ts';
import type { ProcessIdentity } from '../../../lib/node/process.ts';

t.test('the lock manager and statd of now, whatever they were before', async (t) => {
  let lockManager: LockManager | null = null;
  let statd: ProcessIdentity | null = null;
  const now = followProcesses('auto', { now: async () => lockManager }, { now: async () => statd });
  t.same(await now(), { lockManager: null, statd: null });
  lockManager = { kind: 'kernel', identity: 'lockd:5:7', startedAt: 1 };
  statd = { pid: 8, command: 'rpc.statd', startTicks: 9 };
  t.same(await now(), { lockManager, statd: 'rpc.statd:8:9' });
  statd = { ...statd, pid: 10 };
  t.equal((await now()).statd, 'rpc.statd:10:9');
});

t.test('on this node', async (t) => {
  const { lockManager, statd } = await followProcesses('kernel')();
  t.match(lockManager?.identity ?? 'lockd:', /^lockd:/);
  t.match(statd ?? 'rpc.statd:', /^rpc\.statd:/);
});
