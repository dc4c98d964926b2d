import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { conveyPrivate, PlacedLines } from '../../../lib/convey/index.ts';
import { NodeShare } from '../../../lib/keeper/node-share.ts';
import { lockFile } from '../../../lib/node/file-lock.ts';
import { NodeDirectory } from '../../../lib/node/node-directory.ts';
import { findProcess } from '../../../lib/node/process.ts';
import { RuntimeDirectory } from '../../../lib/node/runtime-directory.ts';
import type { Service } from '../../../lib/node/service.ts';
import { formatMonitorRecord } from '../../../lib/nsm/monitor-record.ts';
import { readStateFile } from '../../../lib/nsm/state-file.ts';
import { recordDuty } from '../../../lib/recover/node-duty.ts';
import { type Change, readStore } from '../../../lib/store/index.ts';
import { ClientHost } from '../../support/client-host.ts';
import { exampleService } from '../../support/example-service.ts';
import { inOwnNetwork } from '../../support/own-network.ts';
import { lineOf, lockdsLineOf, smDirectory, until } from '../capture/sm-directory.ts';
import { fileOf, HOLDER, recordOf } from '../store/arbitraries.ts';
import { ExampleNode, lockManager } from './example-surroundings.ts';

async function stage(t: Test, more: Partial<Service> = {}) {
  const root = t.testdir({});
  // One that lockd had monitored, and one that it did not.
  const neighbour = lockdsLineOf('neighbour', '1');
  const statd = smDirectory(join(root, 'live'), { neighbour, other: lineOf('other') });
  const service = exampleService({ addresses: ['192.0.2.1'], ...more });
  const directory = new RuntimeDirectory('nfs-a', join(root, 'run'));
  await directory.create(service);
  const node = new ExampleNode();
  node.node = new NodeDirectory(join(root, 'node'));
  await node.node.create();
  node.lockManager = lockManager(1, 'kernel');
  for (const address of ['127.0.0.1', '::1', 'fe80::1', '192.0.2.1', '127.0.8.9', 'not']) {
    node.addresses.add(address);
  }
  const changes: Change[] = [];
  const events: string[] = [];
  const opened = { drop: false, ends: false, stopsFirst: false };
  const placed = new PlacedLines(directory.placedFile);
  const share = new NodeShare({
    ...{ service, directory, statd, owner: { uid: 0, gid: 0 }, placed },
    state: () => ({ holder: HOLDER, stateNumber: 1_900_000_001 }),
    push: async (list) => void changes.push(...list),
    surroundings: {
      ...node.surroundings(),
      openGrace: async (_kind, _clients, beforeDrop) => {
        if (!opened.drop) return 'kept';
        // Beside it, a lone lockd serves the node's own mounts.
        if (opened.stopsFirst) node.lockManager = lockManager(2, 'kernel');
        await beforeDrop?.();
        t.equal(share.restarting, true);
        t.same(await share.atWork(), { lockManager: null, statd: null }, 'removals are no doing of clients');
        node.lockManager = opened.ends ? null : lockManager(2, 'kernel');
        return 'restarted';
      },
    },
    log: (event) => events.push(event),
    answerWithin: 50,
  });
  t.teardown(() => share.stop());
  return { root, statd, directory, node, share, placed, changes, events, opened };
}

await inOwnNetwork(import.meta.url, {
  async 'trigger=none places the records while no statd runs, with a number that no client was told'(t) {
    const { share, statd, changes, node } = await stage(t, { trigger: 'none' });
    node.statd = 'statd 1';
    t.match(await share.trigger.place([fileOf('c')]), /rpc.statd runs already/);
    node.statd = null;
    t.equal(await share.trigger.place([fileOf('c')]), null);
    t.ok(existsSync(join(statd.sm, 'c')));
    t.ok(Number(await readStateFile(statd.state)) > 1_900_000_001);
    t.match(changes, [{ type: 'number' }]);
  },

  async 'whom NFS-Ganesha had monitored is told after its restart, also who came while it was stopped'(t) {
    const { share, node, opened } = await stage(t);
    node.lockManager = lockManager(1, 'ganesha');
    Object.assign(opened, { drop: true, stopsFirst: true });
    // As with trigger=lockd-restart: the one way here that writes down the node's clients is that of the kernel.
    t.equal(await share.trigger.open(lockManager(1, 'kernel'), 1), 'restarted');
    t.same([...(await readStore(node.node.dutyStore)).inherited.keys()], ['other']);
  },

  async 'a restart of ours is no restart behind our back, and leaves a duty'(t) {
    const { share, node, opened, changes, events } = await stage(t);
    const warm = lockManager(1, 'kernel');
    t.equal(await share.trigger.open(warm, 1), 'kept');
    t.same(changes, []);
    opened.drop = true;
    t.equal(await share.trigger.open(warm, 1), 'restarted');
    t.same(changes, [{ type: 'holder', lockManager: 'kernel:2:1', statd: null }]);
    t.equal(share.restarting, false);
    const found = { lockManager: warm, statd: 'statd 1' };
    t.equal(share.working(found), found);
    t.same([...(await readStore(node.node.dutyStore)).inherited.keys()], ['neighbour']);
    t.ok(events.includes('duty-leaves-out'));
    opened.ends = true;
    await share.trigger.open(warm, 1);
    t.match(changes.at(-1), { lockManager: null });
    await share.tick();
    t.ok(events.includes('duty'), 'which is taken up');
    share.seen(fileOf('neighbour'));
    share.stop();
    await until(() => events.includes('duty-ended'));
  },

  async 'with trigger=none nobody is told, unless a keeper of the node has restarted the lock manager'(t) {
    const { share, node } = await stage(t, { trigger: 'none' });
    t.equal(share.trigger.tell, null);
    await recordDuty(node.node, HOLDER, { files: [fileOf('c')], stateNumber: 1 });
    t.type(share.trigger.tell, 'function');
  },

  async 'a restart that another keeper died in is finished, by one'(t) {
    const { share, node, root, directory, statd, events } = await stage(t);
    const conveyed = join(root, 'other');
    await conveyPrivate({ dir: conveyed, files: [fileOf('c')], stateNumber: 3, owner: { uid: 0, gid: 0 } });
    for (const placed of [directory.placedFile, join(root, 'theirs.json')]) {
      writeFileSync(node.node.planFile, JSON.stringify({ statd: null, nfs: [], conveyed, placed }));
      t.equal(share.restarting, true);
      const release = await lockFile(node.node.restartLock, 0);
      await share.tick();
      t.ok(existsSync(node.node.planFile), 'whoever has the lock is at it');
      await release?.();
      // No lock manager answers.
      await t.rejects(share.tick(), { code: 'timed-out' });
      t.notOk(existsSync(node.node.planFile));
      t.ok(existsSync(placed));
    }
    t.same(readdirSync(statd.sm).sort(), ['c', 'neighbour', 'other']);
    writeFileSync(node.node.planFile, 'rubbish');
    await share.tick();
    t.notOk(events.includes('restart-finished'));
    node.missing = [];
    node.lockManager = null;
    const plan = { statd: null, nfs: [], conveyed, placed: directory.placedFile };
    writeFileSync(node.node.planFile, JSON.stringify(plan));
    await share.tick();
    t.ok(events.includes('restart-finished'));
    share.stop();
  },

  async 'a pin that another keeper left is taken away, once nobody opens grace'(t) {
    const { root, share, node, events } = await stage(t);
    mkdirSync(node.node.pin);
    const release = await lockFile(node.node.restartLock, 0);
    await share.tick();
    t.ok(existsSync(node.node.pin), 'whoever has the lock is at it');
    await release?.();
    const program = join(root, 'rpc.nfsd');
    copyFileSync('/bin/sleep', program);
    const left = spawn(program, ['30']);
    t.teardown(() => left.kill());
    await until(async () => (await findProcess('rpc.nfsd')) !== null);
    await share.tick();
    t.ok(existsSync(node.node.pin), 'what a keeper left that was killed at it goes on');
    left.kill();
    await once(left, 'exit');
    await share.tick();
    t.notOk(existsSync(node.node.pin));
    t.same(events, ['pin-removed']);
    const free = await lockFile(node.node.restartLock, 0);
    t.ok(free);
    await free?.();
  },

  async 'one that cannot be taken away is said'(t) {
    const { share, node, events } = await stage(t);
    Object.defineProperty(node.node, 'pin', { get: () => '/proc/uptime' });
    await share.tick();
    t.same(events, ['pin-not-removed']);
  },

  async "what convey placed is taken back; the node's own addresses are nobody else's"(t) {
    const { share, placed, events, node, directory } = await stage(t);
    await share.settled();
    t.same(events, []);
    placed.add([{ name: 'c', modified: 1, lines: [formatMonitorRecord(recordOf('c', 'elsewhere'))] }]);
    await share.settled();
    t.same(events, ['take-back-failed'], 'no rpcbind runs');
    const host = await ClientHost.start({ address: '127.0.0.1', rpcbindPort: 111, statd: ['tcp'] });
    t.teardown(() => host.stop());
    await share.settled();
    t.same(events, ['take-back-failed', 'taken-back']);
    // A half-removed service has no addresses.
    mkdirSync(join(directory.path, '..', 'half'));
    writeFileSync(join(directory.path, '..', 'half', 'service.json'), 'rubbish');
    node.addresses.add('198.51.100.7');
    node.missing = [];
    await recordDuty(node.node, HOLDER, { files: [fileOf('127.55.0.1')], stateNumber: 1 });
    const client = await ClientHost.start({ address: '127.55.0.1', rpcbindPort: 111 });
    t.teardown(() => client.stop());
    await share.tick();
    await until(() => events.includes('telling') || events.includes('duty-failed'));
    t.ok(events.includes('telling'));
    share.stop();
    await until(() => events.includes('duty-ended'));
  },
});
