import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { Picture } from '../../../lib/capture/index.ts';
import { Capturing } from '../../../lib/keeper/capturing.ts';
import { DurableWriter } from '../../../lib/keeper/durable.ts';
import { leave } from '../../../lib/keeper/leaving.ts';
import { keptLocks } from '../../../lib/keeper/lock-notes.ts';
import type { Recovering } from '../../../lib/keeper/recovering.ts';
import { NodeDirectory } from '../../../lib/node/node-directory.ts';
import type { Change } from '../../../lib/store/index.ts';
import { exampleService } from '../../support/example-service.ts';
import { lineOf, smDirectory } from '../capture/sm-directory.ts';
import { HOLDER } from '../store/arbitraries.ts';
import { ExampleNode, lockManager } from './example-surroundings.ts';

const ADDRESS = '192.0.2.1';

interface Scene {
  readonly change?: (node: ExampleNode) => void;
  readonly service?: Parameters<typeof exampleService>[0];
  readonly seen?: boolean;
  readonly commit?: (changes: readonly Change[]) => Promise<void>;
}

/** Leaves a node whose lock manager is NFS-Ganesha, after the address was there and went. */
async function leaving(t: Test, { change, service = {}, seen = true, commit }: Scene = {}) {
  const node = new ExampleNode();
  node.lockManager = lockManager(7);
  node.node = new NodeDirectory(join(t.testdir({}), 'node'));
  change?.(node);
  const story: unknown[] = [];
  const writer = new DurableWriter(
    commit ??
      (async (changes) => {
        for (const each of changes)
          story.push(each.type === 'ended' ? `ended, released ${each.released}` : each.type);
      }),
  );
  const push = (changes: readonly Change[]) => writer.push(changes);
  const directory = smDirectory(join(t.testdirName, 'statd'), { client: lineOf('client') });
  const capturing = new Capturing({
    ...{ picture: new Picture({ directory }), holder: HOLDER, atWork: node.atWork, push },
    ...{ statdAnswers: async () => true, settled: () => writer.settled() },
    ...{ seen: () => [], log: () => undefined },
  });
  const recovering = { abort: () => story.push('nobody is told any more') } as Partial<Recovering>;
  const surroundings = node.surroundings();
  const durable = await leave(
    {
      ...{ service: exampleService({ addresses: [ADDRESS], ...service }), writer, capturing },
      ...{ recovering: recovering as Recovering, addressSeen: seen },
      log: (event, facts) => story.push([event, facts]),
    },
    {
      ...surroundings,
      releaseLocks: async (...words) => {
        story.push('release');
        await surroundings.releaseLocks(...words);
      },
    },
  );
  return { durable, story, released: node.released, kept: await keptLocks({ name: 'nfs-a' }, surroundings) };
}

t.test('a service that has left takes its locks with it, when that is written down', async (t) => {
  t.same(await leaving(t), {
    durable: true,
    story: [
      ...['nobody is told any more', 'captured', 'ended, released true', 'release'],
      ['stopped', { released: true, durable: true }],
    ],
    ...{ released: [`ganesha ${ADDRESS}`], kept: null },
  });
});

t.test('the kernel knows locks by export only', async (t) => {
  const change = (node: ExampleNode) => {
    node.lockManager = lockManager(7, 'kernel');
  };
  const { released } = await leaving(t, { change, service: { exports: ['/srv/a'] } });
  t.same(released, [`kernel ${ADDRESS}`]);
  t.same((await leaving(t, { change })).released, []);
});

t.test('locks on a cluster file system do not wait to be started here again', async (t) => {
  const change = (shared: readonly string[]) => (node: ExampleNode) => {
    node.stoppedAlone = true;
    node.shared = shared;
  };
  const service = { exports: ['/srv/a'] };
  t.same((await leaving(t, { change: change(['/srv/a']), service })).released, [`ganesha ${ADDRESS}`]);
  t.same((await leaving(t, { change: change(['/srv/b']), service })).released, []);
  const unnamed = await leaving(t, { change: change([exampleService().sharedDir]) });
  t.same(unnamed.released, [`ganesha ${ADDRESS}`], 'where no export is named, the lock store says it');
});

t.test('what may still be needed here stays, and is said to be here', async (t) => {
  const scenes: Record<string, Scene> = {
    'not wanted': { service: { unlockOnStop: false } },
    'the address never was here': { seen: false },
    'the address is here': { change: (node) => node.addresses.add(ADDRESS) },
    'it starts here again': {
      change: (node) => {
        node.stoppedAlone = true;
      },
    },
    'nobody holds locks': {
      change: (node) => {
        node.lockManager = null;
      },
    },
  };
  for (const [name, scene] of Object.entries(scenes)) {
    const { story, released, kept } = await leaving(t, scene);
    t.same(story.slice(1), [
      ...['captured', 'ended, released false'],
      ['stopped', { released: false, durable: true }],
    ]);
    t.same(released, [], name);
    const noted = name === 'it starts here again' ? lockManager(7).identity : undefined;
    t.equal(kept?.lockManager, noted, 'for a start that may fail');
  }
});

t.test('where the storage hangs, the release is written down on this node', async (t) => {
  const node = new NodeDirectory(join(t.testdir({}), 'node'));
  const change = (on: ExampleNode) => {
    on.node = node;
  };
  const commit = () => new Promise<void>(() => undefined);
  // What leave() waits with keeps no process alive.
  const alive = setInterval(() => undefined, 50);
  t.teardown(() => clearInterval(alive));
  const before = Date.now();
  t.same(await leaving(t, { commit, change }), {
    durable: false,
    story: ['nobody is told any more', 'release', ['stopped', { released: true, durable: false }]],
    ...{ released: [`ganesha ${ADDRESS}`], kept: null },
  });
  t.ok(Date.now() - before < 6000, 'and not waited for long');
  t.equal(readFileSync(node.releasedFile('nfs-a'), 'latin1'), lockManager(7).identity);
});

t.test(
  'a storage that is slow, not hung, is waited for: locks that stay would keep it mounted',
  async (t) => {
    const commit = () => pause(1500);
    t.match(await leaving(t, { commit }), { durable: true, released: [`ganesha ${ADDRESS}`] });
  },
);

t.test('a release that fails is logged', async (t) => {
  const change = (node: ExampleNode) => {
    node.release = () => Promise.reject(new Error('no D-Bus'));
  };
  const { story } = await leaving(t, { change });
  t.same(story.slice(-2), [
    ['release-failed', { reason: 'no D-Bus' }],
    ['stopped', { released: false, durable: true }],
  ]);
});
