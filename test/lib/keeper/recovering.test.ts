import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { Recovering, type RecoveringWorld } from '../../../lib/keeper/recovering.ts';
import type { Service } from '../../../lib/node/service.ts';
import { notifyClients } from '../../../lib/recover/notifier/index.ts';
import type { Trigger } from '../../../lib/recover/triggers/index.ts';
import type { Tell } from '../../../lib/recover/triggers/types.ts';
import { claimEpoch } from '../../../lib/store/index.ts';
import { exampleService } from '../../support/example-service.ts';
import { until } from '../capture/sm-directory.ts';
import { fileOf, HOLDER } from '../store/arbitraries.ts';
import { ExampleNode, lockManager } from './example-surroundings.ts';

/** Every client answers at once. */
const allAnswer: Tell = async ({ targets, announcements, onResult }) => {
  for (const { client } of targets) {
    for (const { name } of announcements) {
      const answer = { attempts: 1, address: null, transport: null, at: Date.now() };
      onResult({ client, name, outcome: 'answered', ...answer });
    }
  }
};

async function stage(t: Test, change: Partial<RecoveringWorld> = {}) {
  const root = t.testdir({ store: {}, blocked: '' });
  const claim = await claimEpoch({ dir: join(root, 'store'), service: 'nfs-a', holder: HOLDER });
  const inherited = [fileOf('192.0.2.9')];
  const store = await claim.establish({ current: [], inherited, ledger: [], stateNumber: 7 });
  t.teardown(() => store.close());
  const node = new ExampleNode();
  const events: string[] = [];
  const { isGraceOn, graceTime, localAddresses, resolver, settling, countLocks } = node.surroundings();
  const trigger: Trigger = { open: async () => 'kept', place: async () => null, tell: notifyClients };
  const conveyTo = { dir: join(root, 'run', 'statd'), owner: { uid: 0, gid: 0 } };
  const recovering = new Recovering({
    ...{ service: exampleService(), state: () => store.state, isGraceOn, graceTime, trigger, localAddresses },
    ...{ commit: (changes) => store.commit(changes), lockManager: async () => node.lockManager },
    ...{
      lacking: async () => node.missing,
      localStateNumber: async () => null,
      sm: null,
      resolver,
      conveyTo,
      settling,
      countLocks,
    },
    log: (event) => events.push(event),
    ...change,
  });
  t.teardown(() => recovering.breakOff());
  return { recovering, node, events, store, run: join(root, 'run') };
}

t.test('it runs until the last client is back', async (t) => {
  const { recovering, store, events, run } = await stage(t);
  mkdirSync(run);
  t.match({ ...values(recovering) }, { running: false, waited: 0, trouble: null, waitingFor: [] });
  t.same(recovering.seen(fileOf('192.0.2.9')), [], 'nothing is expected');
  await recovering.begin([]);
  await until(() => recovering.waitingFor.length > 0);
  t.match(values(recovering), { running: true, waitingFor: ['the lock manager to start'], trouble: null });
  await until(() => recovering.waited > 0);
  const changes = recovering.seen(fileOf('192.0.2.9'));
  t.match(changes, [{ type: 'noted', entry: { phase: 'back' } }]);
  await store.commit(changes);
  await recovering.breakOff();
  t.equal(recovering.running, false);
  t.ok(events.includes('recovery'));
});

t.test('what cannot be prepared is to be begun again', async (t) => {
  const { recovering, run, store } = await stage(t);
  writeFileSync(run, 'no directory');
  await t.rejects(recovering.begin([]), { code: 'ENOTDIR' });
  t.match(values(recovering), { running: false, failed: true, trouble: /could not be told: .*ENOTDIR/ });
  t.equal(recovering.phase, 'recovering', 'grace is needed still');
  rmSync(run);
  mkdirSync(run);
  await recovering.begin([]);
  t.match(values(recovering), { running: true, failed: false, trouble: null });
  await recovering.breakOff();
  rmSync(run, { recursive: true });
  writeFileSync(run, 'no directory');
  await t.rejects(recovering.begin([]));
  await store.commit([{ type: 'recovery-ended', at: 1 }]);
  t.equal(recovering.phase, 'capturing', 'for nobody');
});

t.test('one that breaks says why', async (t) => {
  const broken = { lacking: () => Promise.reject(new Error('broken')) };
  const { recovering, node, run, events } = await stage(t, broken);
  mkdirSync(run);
  node.addresses.add('192.0.2.1');
  node.lockManager = lockManager(7);
  await recovering.begin([]);
  await until(() => !recovering.running);
  t.match(values(recovering), { failed: true, trouble: 'former clients could not be told: broken' });
  t.ok(events.includes('recovery-failed'));
  await recovering.begin([]);
  t.match(values(recovering), { running: true, failed: false, trouble: null }, 'it is begun again');
  await until(() => recovering.failed);
  recovering.abort();
  t.equal(recovering.failed, false, 'nobody is to be told any more');
});

for (const [kind, graceEnd, ended] of [
  ['kernel', 'settled', true],
  ['kernel', 'full', false],
  ['ganesha', 'settled', false],
] as const) {
  t.test(`everyone is back, ${kind}, grace_end=${graceEnd}`, async (t) => {
    const service = exampleService({ graceEnd, addresses: ['127.0.0.1'] });
    const trigger: Trigger = { open: async () => 'kept', place: async () => null, tell: allAnswer };
    const { recovering, node, store, run, events } = await stage(t, { service, trigger });
    mkdirSync(run);
    node.lockManager = lockManager(7, kind);
    let looks = 0;
    node.locksUnder = async () => {
      looks += 1;
      return 0;
    };
    await recovering.begin([]);
    await until(() => recovering.waitingFor.length > 0);
    t.equal(recovering.phase, 'recovering');
    node.addresses.add('127.0.0.1');
    looks = 0;
    await pause(250);
    t.equal(looks, 0, 'nobody has been told');
    node.missing = [];
    if (graceEnd === 'settled') await until(() => looks > 1);
    await store.commit(recovering.seen(fileOf('192.0.2.9')));
    if (ended) await until(() => recovering.phase === 'settling');
    await until(() => !recovering.running);
    t.equal(recovering.phase, 'capturing');
    t.equal(looks > 0, graceEnd === 'settled', 'how quickly clients reclaim is looked at');
    t.equal(node.grace, !ended);
    t.equal(events.includes('grace-ended'), ended);
  });
}

/** All clients are back, of three locks as many as this. */
async function whoCounts(
  t: Test,
  count: () => Promise<number | null>,
  change: Partial<RecoveringWorld> = {},
  more: Partial<Service> = {},
) {
  const addresses = ['127.0.0.1'];
  const service = exampleService({ graceEnd: 'settled', addresses, exports: ['/srv/a'], ...more });
  const trigger: Trigger = { open: async () => 'kept', place: async () => null, tell: allAnswer };
  const staged = await stage(t, { service, trigger, ...change });
  const { recovering, node, store, run, events } = staged;
  mkdirSync(run);
  await store.commit([{ type: 'locks', count: 3 }]);
  node.lockManager = lockManager(7, 'kernel');
  node.addresses.add('127.0.0.1');
  node.missing = [];
  node.locksUnder = async (directories) => (`${directories}` === '/srv/a' ? count() : 9);
  await recovering.begin([]);
  await until(() => events.includes('telling'));
  await store.commit(recovering.seen(fileOf('192.0.2.9')));
  return staged;
}

t.test('grace is needed for as long as locks of the service are not back', async (t) => {
  let back = 2;
  const { recovering, events } = await whoCounts(t, async () => back);
  await until(() => events.includes('grace-kept'));
  t.equal(recovering.phase, 'recovering', 'as neighbours have to know');
  back = 3;
  await until(() => !recovering.running);
  t.ok(events.includes('grace-ended'));
});

t.test('where an export is not there, its locks are not waited for', async (t) => {
  const { recovering, events } = await whoCounts(t, async () => null);
  await until(() => !recovering.running);
  t.ok(events.includes('grace-ended'));
  t.notOk(events.includes('grace-kept'));
});

t.test(
  'what else needs it is asked by the name of the service and the lock manager it has seen',
  async (t) => {
    const asked: unknown[][] = [];
    const settling = {
      ...new ExampleNode().settling,
      neededBy: async (...words: unknown[]) => {
        asked.push(words);
        return null;
      },
    };
    const { recovering } = await whoCounts(t, async () => 3, { settling });
    await until(() => !recovering.running);
    t.same([...new Set(asked.map((words) => words.join()))], [`nfs-a,${HOLDER.lockManager}`]);
  },
);

t.test('after the last answer, there is as much time to reclaim as after the last lock', async (t) => {
  const late = 1000;
  let answeredAt = 0;
  const tell: Tell = async ({ announcements, ...asked }) => {
    const [first, ...rest] = announcements;
    if (first !== undefined) await allAnswer({ ...asked, announcements: [first] });
    await pause(late);
    answeredAt = performance.now();
    await allAnswer({ ...asked, announcements: rest });
  };
  const trigger: Trigger = { open: async () => 'kept', place: async () => null, tell };
  const names = ['nfs.test'];
  const { recovering } = await whoCounts(t, async () => 3, { trigger }, { names });
  await until(() => !recovering.running);
  const took = performance.now() - answeredAt;
  t.ok(answeredAt > 0 && took >= 500, `${took} ms`);
});

function values({ running, failed, trouble, waitingFor, waited }: Recovering) {
  return { running, failed, trouble, waitingFor, waited };
}
