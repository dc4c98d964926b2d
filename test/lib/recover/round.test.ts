import { setTimeout as pause } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { RecoveryBook } from '../../../lib/recover/book.ts';
import type { NotifyOptions } from '../../../lib/recover/notifier/index.ts';
import { tellRound } from '../../../lib/recover/round.ts';
import type { Tell } from '../../../lib/recover/triggers/types.ts';
import type { RecoveryWorld } from '../../../lib/recover/world.ts';
import { type Change, claimEpoch } from '../../../lib/store/index.ts';
import { fileOf, HOLDER } from '../store/arbitraries.ts';

const CLIENT = '192.0.2.9';
const ADDRESS = '192.0.2.1';

interface Node {
  grace: boolean | null;
  /** Milliseconds of grace that are left. */
  remaining: number | null;
  addresses: Set<string>;
  hung?: Promise<void>;
  fails?: boolean;
}

/** A round of one client, told by a function of the test's. */
async function stage(t: Test, tell: Tell, conveyed = [fileOf(CLIENT)], addresses = [ADDRESS]) {
  const files = [fileOf(CLIENT)];
  const claim = await claimEpoch({ dir: t.testdir({}), service: 'nfs-a', holder: HOLDER });
  const store = await claim.establish({ current: [], inherited: files, ledger: [], stateNumber: 7 });
  t.teardown(() => store.close());
  const durable: Change[] = [];
  const hindrances: string[] = [];
  const node: Node = { grace: true, remaining: null, addresses: new Set([ADDRESS]) };
  const world: RecoveryWorld = {
    ...{
      service: { addresses, names: [], notifyPort: 0, graceEnd: 'full' },
      state: () => store.state,
    },
    commit: async (changes) => {
      await node.hung;
      if (node.fails) throw new Error('ENOSPC');
      await store.commit(changes);
      durable.push(...changes);
    },
    lockManager: async () => ({ kind: 'kernel', identity: 'lockd:1:1', startedAt: 0 }),
    isGraceOn: async () => node.grace,
    graceTime: async () => ({ remaining: node.remaining, full: null }),
    trigger: { open: async () => 'kept', place: async () => null, tell },
    localAddresses: () => node.addresses,
    lacking: async () => [],
    localStateNumber: async () => 31,
    sm: null,
    resolver: { addresses: async () => [], names: async () => [] },
    conveyTo: { dir: '/nonexistent', owner: { uid: 0, gid: 0 } },
    log: () => undefined,
  };
  const book = new RecoveryBook(store.state);
  const abort = new AbortController();
  const round = () =>
    tellRound({
      ...{ world, book, files: conveyed, addresses: [ADDRESS], tell, signal: abort.signal },
      onHindrance: (reason) => hindrances.push(reason),
    });
  return { round, book, durable, hindrances, abort, node };
}

const untilEnd = ({ signal }: NotifyOptions) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve());
  });

t.test('the number is durable before anybody is told, and grace ends the telling', async (t) => {
  let numbers: unknown[] = [];
  const stages = await stage(t, async (options) => {
    numbers = [options.stateNumber, ...stages.durable];
    t.match([...options.targets], [{ client: CLIENT }]);
    t.match(options.announcements, [{ name: ADDRESS }]);
    stages.node.grace = false;
    await untilEnd(options);
  });
  t.equal(await stages.round(), 'grace-over');
  t.match(numbers, [33, { type: 'number', number: 33 }]);
});

t.test('without grace nobody is told', async (t) => {
  const { round, node } = await stage(t, async () => t.fail('told'));
  node.grace = false;
  t.equal(await round(), 'grace-over');
});

const answer = ({ onResult }: NotifyOptions) =>
  onResult({
    ...{ client: CLIENT, name: ADDRESS, outcome: 'answered', at: 1, attempts: 1, address: CLIENT },
    transport: 'udp',
  });

t.test('it is complete when the last one is back', async (t) => {
  const stages = await stage(t, (options) => {
    answer(options);
    stages.book.seen(fileOf(CLIENT));
    return untilEnd(options);
  });
  t.equal(await stages.round(), 'complete');
  t.match(stages.durable.at(-1), { type: 'noted', entry: { phase: 'back' } });
});

t.test('one that another service brought back is told by the names of this one, too', async (t) => {
  let told = 0;
  const stages = await stage(t, async (options) => {
    t.match([...options.targets], [{ client: CLIENT }]);
    setTimeout(() => {
      told += 1;
      answer(options);
    }, 600);
    await untilEnd(options);
  });
  stages.book.seen(fileOf(CLIENT));
  t.equal(await stages.round(), 'complete');
  t.equal(told, 1);
});

t.test('nobody waits for one who is back and cannot be told, since it was not conveyed', async (t) => {
  const stages = await stage(t, untilEnd, []);
  stages.book.seen(fileOf(CLIENT));
  t.equal(await stages.round(), 'complete');
});

t.test('what cannot be sent calls for another round', async (t) => {
  const { round, hindrances } = await stage(t, () => Promise.reject(new Error('no port')));
  t.equal(await round(), 'again');
  t.same(hindrances, ['the notifications to be sent (no port)']);
});

t.test('nobody is told while it is not known whether grace is on', async (t) => {
  const stages = await stage(t, async (options) => {
    stages.node.grace = null;
    await untilEnd(options);
  });
  t.equal(await stages.round(), 'again', 'as where a neighbour has nfsd begin another one');
  t.equal(await stages.round(), 'again', 'not even begun');
});

t.test('who was present and has answered is told again where grace was in doubt, and not else', async (t) => {
  const told: number[] = [];
  const stages = await stage(t, (options) => {
    const targets = [...options.targets];
    told.push(targets.length);
    if (targets.length > 0) answer(options);
    return untilEnd(options);
  });
  stages.book.present(CLIENT);
  t.equal(await stages.round(), 'complete');
  t.equal(await stages.round(), 'complete');
  t.same(told, [1, 0]);
  stages.node.grace = null;
  t.equal(await stages.round(), 'again');
  stages.node.grace = true;
  t.equal(await stages.round(), 'complete');
  t.same(told, [1, 0, 1]);
});

t.test('an address that comes later calls for another round, unless grace is nearly over', async (t) => {
  const stages = await stage(
    t,
    (options) => {
      answer(options);
      stages.book.seen(fileOf(CLIENT));
      return untilEnd(options);
    },
    [fileOf(CLIENT)],
    [ADDRESS, '192.0.2.2'],
  );
  let ended = false;
  const end = stages.round().finally(() => {
    ended = true;
  });
  await pause(600);
  t.notOk(ended, 'who knows that address alone has not been told');
  stages.node.remaining = 4_900;
  stages.node.addresses.add('192.0.2.2');
  await pause(600);
  t.notOk(ended);
  stages.node.remaining = 5_000;
  t.equal(await end, 'again');
});

t.test('what does not become durable in the middle of it does in the end', async (t) => {
  const stages = await stage(t, async (options) => {
    stages.node.fails = true;
    answer(options);
    setTimeout(() => {
      stages.node.fails = false;
      stages.abort.abort();
    }, 600);
    await untilEnd(options);
  });
  t.equal(await stages.round(), 'stopped');
  t.match(stages.durable.at(-1), { type: 'noted', entry: { phase: 'told' } });
});

t.test('grace ends the telling while the storage hangs', async (t) => {
  let release: () => void = () => undefined;
  const stages = await stage(t, async (options) => {
    stages.node.hung = new Promise((resolve) => {
      release = resolve;
    });
    answer(options);
    // The looks at grace go on although what the answer means cannot be written down.
    setTimeout(() => {
      stages.node.grace = false;
    }, 600);
    await untilEnd(options);
    release();
  });
  t.equal(await stages.round(), 'grace-over');
});

t.test('a stop, before it or in it', async (t) => {
  const stages = await stage(t, (options) => {
    stages.abort.abort();
    return untilEnd(options);
  });
  t.equal(await stages.round(), 'stopped');
  t.equal(await stages.round(), 'stopped');
});
