import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { PlacedLines, PlacedOnNode } from '../../../lib/convey/index.ts';
import { takeOver } from '../../../lib/keeper/adoption.ts';
import { leaveKept, leaveLate } from '../../../lib/keeper/late-leave.ts';
import { forgetReleased, keptLocks } from '../../../lib/keeper/lock-notes.ts';
import { NodeDirectory } from '../../../lib/node/node-directory.ts';
import type { Service } from '../../../lib/node/service.ts';
import { claimEpoch, type Disk, readStore } from '../../../lib/store/index.ts';
import { exampleService } from '../../support/example-service.ts';
import { lineOf, smDirectory } from '../capture/sm-directory.ts';
import { HOLDER } from '../store/arbitraries.ts';
import { watchedDisk } from '../store/shaky-disk.ts';
import { ExampleNode, lockManager } from './example-surroundings.ts';

const ADDRESS = '192.0.2.1';

/** A promise, and what resolves it. */
function promised() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve: () => resolve() };
}

/** A service with one client, whose keeper has died and whose address has left. */
async function scene(t: Test, more: Partial<Service> = {}) {
  const root = t.testdir({ store: {} });
  const node = new ExampleNode();
  node.lockManager = lockManager(7);
  node.node = new NodeDirectory(join(root, 'node'));
  const directory = smDirectory(join(root, 'statd'), { client: lineOf('client') });
  const dir = join(root, 'store');
  const service = exampleService({ sharedDir: dir, statdDir: directory.path, ...more });
  const start = async () => {
    const { store, inPlace } = await takeOver(service, directory, node.surroundings());
    await forgetReleased(service, node);
    const { inherited, current } = store.state;
    await store.close();
    return { inPlace, inherited: [...inherited.keys()], current: [...current.keys()].sort() };
  };
  const exempt = new PlacedOnNode(new PlacedLines(join(root, 'placed.json')), () => []);
  const logged: unknown[] = [];
  const log = (event: string, facts: object = {}) => logged.push([event, facts]);
  const hung = watchedDisk((call, _path, step) => (call === 'write' ? new Promise(() => {}) : step()));
  const [releases, hangs] = [promised(), promised()];
  const isEstablished = (path: string) => readFileSync(path, 'latin1').includes('base-complete');
  const late = watchedDisk(async (call, path, step) => {
    if (call.endsWith('sync')) await releases.promise;
    if (call === 'write' && isEstablished(path)) {
      hangs.resolve();
      return new Promise(() => {});
    }
    return step();
  });
  node.release = async () => releases.resolve();
  await start();
  // What leaveLate() waits with keeps no process alive.
  const alive = setInterval(() => undefined, 50);
  t.teardown(() => clearInterval(alive));
  return {
    ...{ root, node, dir, logged, start, noted: node.node.releasedFile('nfs-a') },
    leave: () => leaveLate(service, exempt, node.surroundings(), log),
    leaveKept: async (disk?: Disk) => {
      const kept = await keptLocks(service, node);
      return kept !== null && leaveKept(kept, exempt, node.surroundings(disk), log);
    },
    kept: () => existsSync(node.node.keptFile('nfs-a')),
    /** What establishes the new epoch is late, and what is written then hangs. */
    leaveLateDisk: () => leaveLate(service, exempt, node.surroundings(late), log),
    hangs: hangs.promise,
    leaveHung: () => leaveLate(service, exempt, node.surroundings(hung), log),
    handOver: async (to: string) => {
      const { store } = await takeOver(service, directory, node.surroundings());
      await store.commit([{ type: 'ended', at: Date.now(), released: false, to }]);
      await store.close();
    },
    comes: (client: string) => writeFileSync(join(directory.sm, client), lineOf(client)),
  };
}

t.test('clients that came since are recorded, and the locks released', async (t) => {
  const { dir, node, leave, comes, start, logged, noted } = await scene(t);
  comes('late');
  t.equal(await leave(), true);
  const { current, ended } = await readStore(dir);
  t.same([...current.keys()].sort(), ['client', 'late']);
  t.match(ended, { released: true, to: null });
  t.same(node.released, [`ganesha ${ADDRESS}`]);
  t.same(logged, [['stopped', { released: true, durable: true }]]);
  t.notOk(existsSync(noted), 'the store says it');
  t.match(await start(), { inPlace: false, inherited: ['client', 'late'] });
});

t.test('locks that are still needed here stay; the clients are recorded all the same', async (t) => {
  const { node, leave, comes, start } = await scene(t);
  node.addresses.add(ADDRESS);
  comes('late');
  t.equal(await leave(), true);
  t.same(node.released, []);
  node.addresses.clear();
  t.same(await start(), { inPlace: true, inherited: [], current: ['client', 'late'] });
});

t.test('those of a service that was stopped to be started here stay until that has failed', async (t) => {
  const { node, leave, leaveKept, kept, start, logged } = await scene(t);
  node.stoppedAlone = true;
  t.equal(await leave(), true);
  t.same([node.released, kept()], [[], true]);
  // Its start has failed, which may have been after it took the store over.
  await start();
  node.stoppedAlone = false;
  t.equal(await leaveKept(), true);
  t.same([node.released, kept()], [[`ganesha ${ADDRESS}`], false]);
  t.same(logged.at(-1), ['stopped', { released: true, durable: true }]);
  t.match(await start(), { inPlace: false, inherited: ['client'] });
});

t.test('locks that were kept and are gone since are not released', async (t) => {
  const gone = {
    'with their lock manager': ({ node }) => {
      node.lockManager = lockManager(8);
    },
    'for another node has had the service': async ({ dir }) => {
      const claim = await claimEpoch({ dir, service: 'nfs-a', holder: { ...HOLDER, node: 'elsewhere' } });
      const store = await claim.establish({ current: [], inherited: [], ledger: [], stateNumber: 7 });
      await store.close();
    },
    'for their file system is not here': ({ dir }) => rmSync(dir, { recursive: true }),
  } satisfies Record<string, (of: Awaited<ReturnType<typeof scene>>) => unknown>;
  for (const [why, change] of Object.entries(gone)) {
    const of = await scene(t);
    of.node.stoppedAlone = true;
    await of.leave();
    of.node.stoppedAlone = false;
    await (change as (of: Awaited<ReturnType<typeof scene>>) => unknown)(of);
    t.equal(await of.leaveKept(), true);
    t.same([of.node.released, of.kept()], [[], false], why);
  }
});

t.test('of locks that went with their lock manager, the storage is not asked: it may hang', async (t) => {
  const { node, leave, leaveKept } = await scene(t);
  node.stoppedAlone = true;
  await leave();
  node.lockManager = lockManager(8);
  const asked: string[] = [];
  const disk = watchedDisk((call, _path, step) => {
    asked.push(call);
    return step();
  });
  t.equal(await leaveKept(disk), true);
  t.same(asked, []);
});

t.test('where the store cannot be read, locks that were kept are released', async (t) => {
  const { node, dir, leave, leaveKept, kept } = await scene(t);
  node.stoppedAlone = true;
  await leave();
  node.stoppedAlone = false;
  chmodSync(dir, 0o777);
  t.equal(await leaveKept(), false, 'the last capture is missing');
  t.same([node.released, kept()], [[`ganesha ${ADDRESS}`], false]);
});

t.test('a capture that is late does not forget that locks were released', async (t) => {
  const { node, leaveLateDisk, hangs, noted, start } = await scene(t);
  t.equal(await leaveLateDisk(), false);
  await hangs;
  t.same(node.released, [`ganesha ${ADDRESS}`]);
  t.ok(existsSync(noted));
  t.match(await start(), { inPlace: false });
});

t.test('where the storage hangs, what is released is noted on the node, once', async (t) => {
  const { node, leaveHung, start, noted } = await scene(t);
  node.release = async () => {
    t.ok(existsSync(noted), 'noted before it is done');
  };
  const before = Date.now();
  t.equal(await leaveHung(), false, 'the last capture is missing');
  t.ok(Date.now() - before < 6000);
  t.same(node.released, [`ganesha ${ADDRESS}`]);
  t.equal(statSync(noted).mode & 0o777, 0o600);
  t.match(await start(), { inPlace: false, inherited: ['client'] });
  t.match(await start(), { inPlace: true }, 'the store says the rest');
});

t.test('a store that another node has by now is not taken from it', async (t) => {
  const { dir, leave, comes, node, noted } = await scene(t);
  const claim = await claimEpoch({ dir, service: 'nfs-a', holder: { ...HOLDER, node: 'elsewhere' } });
  const store = await claim.establish({ current: [], inherited: [], ledger: [], stateNumber: 7 });
  comes('late');
  t.equal(await leave(), false);
  t.equal(await store.isOwner(), true);
  t.same([...(await readStore(dir)).current.keys()], []);
  t.same(node.released, [`ganesha ${ADDRESS}`]);
  t.ok(existsSync(noted));
  await store.close();
});

t.test('nor is one that was handed over', async (t) => {
  const { dir, leave, handOver, node } = await scene(t);
  await handOver('elsewhere');
  t.equal(await leave(), false);
  t.match((await readStore(dir)).ended, { to: 'elsewhere', released: false });
  t.same(node.released, [`ganesha ${ADDRESS}`]);
});

t.test('what cannot be recorded, noted or released is said', async (t) => {
  const gone = await scene(t, { statdDir: '/nonexistent/statd' });
  t.equal(await gone.leave(), false);
  t.match(gone.logged, [
    ['capture-failed', { reason: /nonexistent/ }],
    ['stopped', { released: true }],
  ]);

  const failing = await scene(t);
  failing.node.release = () => Promise.reject(new Error('no answer'));
  t.equal(await failing.leave(), false);
  t.match(failing.logged, [
    ['release-failed', { reason: /no answer/ }],
    ['stopped', { released: false }],
  ]);
  t.match(await failing.start(), { inPlace: false }, 'it may have been: the clients are told in vain');

  const full = await scene(t);
  writeFileSync(join(full.root, 'file'), '');
  full.node.node = new NodeDirectory(join(full.root, 'file'));
  t.equal(await full.leaveHung(), false);
  t.match(full.logged, [
    ['release-failed', { reason: /ENOTDIR/ }],
    ['stopped', { released: false }],
  ]);
  t.same(full.node.released, [], 'what is not noted is not done');
});
