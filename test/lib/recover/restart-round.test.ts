import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { conveyPrivate, PlacedLines } from '../../../lib/convey/index.ts';
import type { Daemon } from '../../../lib/node/daemon.ts';
import { readStateFile, writeStateFile } from '../../../lib/nsm/state-file.ts';
import { finishRestart, type RoundMeans, restartRound } from '../../../lib/recover/restart-round.ts';
import { inOwnNetwork } from '../../support/own-network.ts';
import { lineOf, smDirectory } from '../capture/sm-directory.ts';
import { fileOf } from '../store/arbitraries.ts';

const STATD: Daemon = { by: 'unit', unit: 'statd' };
const NFS: Daemon[] = [
  { by: 'unit', unit: 'nfsd' },
  { by: 'unit', unit: 'mountd' },
];
const nameOf = (daemon: Daemon) => (daemon.by === 'unit' ? daemon.unit : daemon.by);

async function stage(t: Test, more: Partial<RoundMeans> = {}) {
  const root = t.testdir({});
  const statd = smDirectory(join(root, 'live'), { neighbour: lineOf('neighbour') });
  await writeStateFile(statd.state, 5);
  const conveyed = join(root, 'private');
  const owner = { uid: 0, gid: 0 };
  await conveyPrivate({ dir: conveyed, files: [fileOf('10.0.0.1')], stateNumber: 3, owner });
  const did: string[] = [];
  const inSm = () => readdirSync(statd.sm).sort().join();
  const means: RoundMeans = {
    ...{ planFile: join(root, 'restart.json'), statd },
    placedIn: (path) => new PlacedLines(path),
    beforeDrop: async ({ files, stateNumber }) => {
      did.push(`duty ${files.map(({ name }) => name)} ${stateNumber}`);
    },
    stop: async (daemon) => void did.push(`stop ${nameOf(daemon)}: ${inSm()}`),
    start: async (daemon) => void did.push(`start ${nameOf(daemon)}: ${inSm()}`),
    ...{ lacks: async () => [], statdAnswers: async () => true, within: 100, ...more },
  };
  const plan = { statd: STATD, nfs: NFS, conveyed, placed: join(root, 'placed.json') };
  return { statd, means, plan, did };
}

await inOwnNetwork(import.meta.url, {
  async 'records come into the live sm/ between the end and the start of statd and lock manager'(t) {
    const { means, plan, did, statd } = await stage(t);
    await restartRound(plan, means);
    t.same(did, [
      'duty neighbour 5',
      'stop nfsd: neighbour',
      'stop mountd: neighbour',
      'stop statd: neighbour',
      'start statd: 10.0.0.1,neighbour',
      'start mountd: 10.0.0.1,neighbour',
      'start nfsd: 10.0.0.1,neighbour',
    ]);
    t.equal(await readStateFile(statd.state), 133, 'statd announces a number above those of the duty');
    t.notOk(existsSync(means.planFile));
    t.equal(await finishRestart(means), false, 'nothing is under way');
  },

  async 'who goes from sm/ as the lock manager ends is put back, and who comes until then is told too'(t) {
    const { means, plan, did, statd } = await stage(t);
    const stop = async (daemon: Daemon) => {
      did.push(`stop ${nameOf(daemon)}`);
      if (nameOf(daemon) !== 'nfsd') return;
      rmSync(join(statd.sm, 'neighbour'));
      writeFileSync(join(statd.sm, 'late'), lineOf('late'));
    };
    await restartRound(plan, { ...means, stop });
    t.same(did.slice(0, 6), [
      ...['duty neighbour 5', 'stop nfsd', 'stop mountd', 'stop statd', 'duty late 5'],
      'start statd: 10.0.0.1,late,neighbour',
    ]);
    t.match(readFileSync(join(statd.sm, 'neighbour'), 'latin1'), / neighbour /);
  },

  async 'one that was broken off is gone through again, by whoever finds it'(t) {
    const { means, plan, did, statd } = await stage(t);
    writeFileSync(means.planFile, JSON.stringify({ ...plan, statd: null }));
    t.equal(await finishRestart(means), true);
    t.same(
      did.map((each) => each.split(':')[0]),
      ['duty neighbour 5', 'stop nfsd', 'stop mountd', 'start mountd', 'start nfsd'],
      "a statd that did not run is somebody else's",
    );
    t.match(readFileSync(join(statd.sm, '10.0.0.1'), 'latin1'), '10.0.0.1');
  },

  async 'where a step fails, all is started that can be, and nobody tries again for ever'(t) {
    const started: string[] = [];
    const { means, plan } = await stage(t, {
      stop: async (daemon) => {
        if (nameOf(daemon) === 'mountd') throw new Error('does not stop');
      },
      start: async (daemon) => {
        started.push(nameOf(daemon));
        if (nameOf(daemon) === 'mountd') throw new Error('runs already');
      },
    });
    await t.rejects(restartRound(plan, means), { message: 'does not stop' });
    t.same(started, ['statd', 'mountd', 'nfsd']);
    t.notOk(existsSync(means.planFile));
    started.length = 0;
    await t.rejects(restartRound({ ...plan, statd: null }, means), { message: 'does not stop' });
    t.same(started, ['mountd', 'nfsd']);
  },

  async 'who does not answer after the start is named'(t) {
    const mute = await stage(t, { statdAnswers: async () => false });
    await t.rejects(restartRound(mute.plan, mute.means), {
      code: 'timed-out',
      message: /rpc.statd to answer/,
    });
    const lost = await stage(t, { lacks: async () => Promise.reject(new Error('no rpcbind')) });
    await t.rejects(restartRound(lost.plan, lost.means), {
      message: /the lock manager to answer/,
      facts: { found: 'Error: no rpcbind' },
    });
    const gone = await stage(t);
    rmSync(gone.statd.sm, { recursive: true });
    await t.rejects(restartRound(gone.plan, gone.means), { code: 'bad-node', message: /does not exist/ });
  },

  async 'the real node is asked where nothing else is said'(t) {
    const { means, plan } = await stage(t, { within: 30 });
    const { lacks, statdAnswers, stop, start, ...real } = means;
    t.ok(lacks && statdAnswers && stop && start);
    await t.rejects(restartRound({ ...plan, statd: null, nfs: [] }, real), { message: /the lock manager/ });
    const kill: Daemon = { by: 'kill', command: 'no-such-daemon' };
    await t.rejects(restartRound({ ...plan, statd: kill, nfs: [kill] }, real), {
      message: /rpc.statd to answer/,
    });
    const { within, ...patient } = means;
    t.ok(within);
    await restartRound(plan, patient);
  },
});
