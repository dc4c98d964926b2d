import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { PlacedLines } from '../../../../lib/convey/index.ts';
import { lockFile } from '../../../../lib/node/file-lock.ts';
import type { LockManager } from '../../../../lib/node/lock-manager.ts';
import { NodeDirectory } from '../../../../lib/node/node-directory.ts';
import { statdDirectory } from '../../../../lib/nsm/statd-directory.ts';
import type { RestartPlan } from '../../../../lib/recover/restart-round.ts';
import { type RestartOptions, restartTrigger } from '../../../../lib/recover/triggers/restart.ts';
import { emptyRoot } from './empty-root.ts';

const WARM: LockManager = { kind: 'ganesha', identity: 'ganesha.nfsd:1:1', startedAt: 0 };

function stage(t: Test, now: LockManager | null = WARM, grace = false) {
  const top = t.testdir({});
  const plans: RestartPlan[] = [];
  const node = new NodeDirectory(join(top, 'node'));
  const options: RestartOptions = {
    ...{ what: 'lockd-restart', command: ['/etc/init.d/nfs'], node, lockWithin: 100 },
    lockManager: async () => now,
    isGraceOn: async () => grace,
    records: { conveyed: '/c', placed: '/p' },
    means: {
      ...{ planFile: node.planFile, statd: statdDirectory(top), beforeDrop: async () => undefined },
      placedIn: (path) => new PlacedLines(path),
    },
    restart: async (plan) => void plans.push(plan),
    root: emptyRoot(t),
  };
  return { node, options, plans };
}

t.test('a warm lock manager is restarted, with statd and the conveyed records', async (t) => {
  for (const now of [WARM, { ...WARM, startedAt: Date.now() }, null]) {
    const { options, plans } = stage(t, now);
    t.equal(await restartTrigger(WARM, options), 'restarted');
    t.same(plans, [
      {
        statd: null,
        nfs: [
          { by: 'kill', command: 'ganesha.nfsd' },
          { by: 'command', words: ['/etc/init.d/nfs'] },
        ],
        ...{ conveyed: '/c', placed: '/p' },
      },
    ]);
  }
});

t.test('one that has just begun its grace period is not', async (t) => {
  const young = { ...WARM, startedAt: Date.now() - 1000 };
  const { options, plans } = stage(t, young, true);
  t.equal(await restartTrigger(young, options), 'kept');
  const other = { ...young, identity: 'ganesha.nfsd:2:2' };
  t.equal(await restartTrigger(other, options), 'restarted', 'a service that arrived together did that');
  t.same(plans, []);
});

t.test(
  'a pin of lockd that a dead keeper left goes first; one that stays is no hindrance here',
  async (t) => {
    for (const fails of [false, true]) {
      const { node, options, plans } = stage(t);
      mkdirSync(node.pin, { recursive: true });
      const seen: string[] = [];
      const run = async ([program = '']: readonly string[]) => {
        seen.push(program);
        if (fails) rmSync(node.pin, { recursive: true }); // and then it cannot be removed
        return '';
      };
      t.equal(await restartTrigger(WARM, { ...options, run }), 'restarted');
      t.same(seen, ['umount']);
      t.notOk(existsSync(node.pin));
      t.equal(plans.length, 1);
    }
  },
);

t.test('a restart that a dead keeper left is brought to its end first', async (t) => {
  const { node, options, plans } = stage(t);
  await node.create();
  const statd = { by: 'unit', unit: 'rpc-statd.service' } as const;
  writeFileSync(node.planFile, JSON.stringify({ statd, nfs: [], conveyed: '/c', placed: '/p' }));
  const started: unknown[] = [];
  const means = { ...options.means, start: async (daemon: unknown) => void started.push(daemon) };
  t.equal(await restartTrigger(WARM, { ...options, means }), 'restarted');
  t.same(started, [statd]);
  t.notOk(existsSync(node.planFile));
  t.equal(plans.length, 1);
});

t.test('one restart at a time, and nobody waits for ever', async (t) => {
  const { node, options, plans } = stage(t);
  await node.create();
  const release = await lockFile(node.restartLock, 0);
  await t.rejects(restartTrigger(WARM, options), { code: 'timed-out', message: /another service/ });
  t.same(plans, []);
  const { lockWithin, ...patient } = options;
  t.ok(lockWithin);
  const waiting = restartTrigger(WARM, patient);
  await release?.();
  t.equal(await waiting, 'restarted');
});

t.test('what cannot be restarted says so, and the lock is free again', async (t) => {
  const { node, options } = stage(t);
  await t.rejects(restartTrigger(WARM, { ...options, command: [] }), { code: 'bad-node' });
  const release = await lockFile(node.restartLock, 0);
  t.ok(release);
  await release?.();
});
