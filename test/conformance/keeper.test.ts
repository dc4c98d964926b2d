import { rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { Keeper } from '../../lib/keeper/keeper.ts';
import { RuntimeDirectory } from '../../lib/node/runtime-directory.ts';
import type { Service } from '../../lib/node/service.ts';
import { claimEpoch, readStore, type StoredFile } from '../../lib/store/index.ts';
import { lineOf, smDirectory, until } from '../lib/capture/sm-directory.ts';
import { fileOf, HOLDER } from '../lib/store/arbitraries.ts';
import { exampleService } from '../support/example-service.ts';
import { inOwnNetwork } from '../support/own-network.ts';

/** A node with a statd directory, on which a service is to be kept; no lock manager runs there. */
async function stage(t: Test, more: Partial<Service> = {}, sm: readonly string[] = []) {
  const root = t.testdir({ store: {} });
  const statd = smDirectory(join(root, 'statd'), Object.fromEntries(sm.map((name) => [name, lineOf(name)])));
  const dir = join(root, 'store');
  const service = exampleService({ sharedDir: dir, statdDir: statd.path, lockManager: 'ganesha', ...more });
  const directory = new RuntimeDirectory('nfs-a', join(root, 'run'));
  await mkdir(directory.path, { recursive: true });
  const events: string[] = [];
  return {
    ...{ dir, statd, events },
    /** Another keeper of the same service on this node. */
    keeper: () => {
      const keeper = new Keeper(service, directory, (event) => events.push(event));
      t.teardown(() => keeper.stop());
      return keeper;
    },
    put: (name: string) => writeFileSync(join(statd.sm, name), lineOf(name)),
    current: async () => [...(await readStore(dir)).current.keys()].sort(),
  };
}

/** Claims the store for another node, which leaves these files there. */
async function claimElsewhere(dir: string, files: readonly StoredFile[] = []): Promise<void> {
  const claim = await claimEpoch({ dir, service: 'nfs-a', holder: { ...HOLDER, node: 'elsewhere' } });
  const store = await claim.establish({ current: files, inherited: [], ledger: [], stateNumber: 7 });
  await store.close();
}

await inOwnNetwork(
  import.meta.url,
  {
    async 'what statd writes is durable soon, and what is there at the first start'(t) {
      const { keeper, put, current, events, dir } = await stage(t, {}, ['before']);
      const one = keeper();
      t.match(one.report(), { phase: 'adopting', owner: null, stateNumber: null, service: 'nfs-a' });
      await one.adopt();
      t.match(one.report(), { phase: 'capturing', owner: { node: hostname(), epoch: 1 }, faultCode: null });
      t.same(await current(), ['before']);
      put('client');
      await until(async () => (await current()).includes('client'));
      await until(() => one.report().clients.recorded === 2);
      t.match(one.report(), { verdict: { state: 'ok' }, waitingFor: [] });
      await one.stop();
      t.equal(one.report().phase, 'stopping');
      t.match((await readStore(dir)).ended, { released: false });
      t.ok(events.includes('adopted') && events.includes('stopped'));
    },

    async 'the last capture is durable when the keeper has stopped'(t) {
      const { keeper, put, current } = await stage(t, { capture: 'monitor' });
      const one = keeper();
      await one.adopt();
      put('last');
      t.same(await current(), []);
      await one.stop();
      t.same(await current(), ['last']);
    },

    async 'where the monitor captures, its answer says what is durable'(t) {
      const { keeper, put, current, statd } = await stage(t, { capture: 'monitor' });
      const one = keeper();
      t.equal((await one.monitor()).phase, 'adopting', 'nothing is captured before');
      await one.adopt();
      put('client');
      writeFileSync(join(statd.sm, 'bad'), 'rubbish\n');
      await until(async () => (await one.monitor()).problems.length > 0);
      t.same(await current(), ['client']);
      t.ok(one.report().problems.every((problem) => problem.startsWith('bad: ')));
      unlinkSync(join(statd.sm, 'bad'));
      rmSync(statd.sm, { recursive: true });
      await until(async () => (await one.monitor()).verdict.state === 'degraded');
      t.match(one.report().verdict.reason, /does not exist; start rpc.statd/);
    },

    async 'another keeper on this node goes on in place'(t) {
      const { keeper, current } = await stage(t, {}, ['client']);
      const first = keeper();
      await first.adopt();
      await first.stop();
      const second = keeper();
      await second.adopt();
      t.match(second.report(), { phase: 'capturing', owner: { epoch: 2 } });
      t.same(await current(), ['client']);
    },

    async 'clients of another node are recovered; a stop leaves them to the next'(t) {
      const { keeper, dir, events } = await stage(t);
      await claimElsewhere(dir, [fileOf('192.0.2.1'), fileOf('192.0.2.2')]);
      const one = keeper();
      await one.adopt();
      t.match(one.report(), {
        phase: 'recovering',
        owner: { epoch: 2 },
        clients: { conveyed: 2 },
        stateNumber: 7,
      });
      await until(() => one.report().waitingFor[0] === 'the lock manager to start');
      t.equal(one.report().verdict.state, 'ok', 'waiting is normal at first');
      await one.stop();
      await until(() => events.includes('recovery'));
      const { inherited, ledger } = await readStore(dir);
      t.equal(inherited.size, 2);
      t.equal(ledger.get('192.0.2.1')?.phase, 'conveyed');
    },

    async 'a service that another node has taken over is failed here'(t) {
      const { keeper, dir } = await stage(t);
      const one = keeper();
      await one.adopt();
      await claimElsewhere(dir);
      await until(() => one.report().verdict.state === 'failed');
      t.match(one.report().verdict.reason, 'another node has taken over');
    },

    async 'an adoption that fails says why, and can be stopped'(t) {
      const { keeper, events } = await stage(t, { statdDir: '/no/such/directory' });
      const one = keeper();
      await one.adopt();
      t.match(one.report(), {
        phase: 'failed',
        faultCode: 'bad-node',
        verdict: { state: 'failed', reason: /statd/ },
      });
      await one.stop();
      t.same(events, ['adoption-failed']);
    },
  },
  3,
);
