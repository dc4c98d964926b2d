import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { Keeper } from '../../../lib/keeper/keeper.ts';
import { lockFile } from '../../../lib/node/file-lock.ts';
import { NodeDirectory } from '../../../lib/node/node-directory.ts';
import { RuntimeDirectory } from '../../../lib/node/runtime-directory.ts';
import type { Service } from '../../../lib/node/service.ts';
import { claimEpoch, readStore, type StoredFile } from '../../../lib/store/index.ts';
import { exampleService } from '../../support/example-service.ts';
import { lineOf, lockdsLineOf, smDirectory, until } from '../capture/sm-directory.ts';
import { fileOf, HOLDER } from '../store/arbitraries.ts';
import { watchedDisk } from '../store/shaky-disk.ts';
import { ExampleNode, lockManager } from './example-surroundings.ts';

/** On loopback, where nobody listens: what is sent to a client ends there. */
const ADDRESS = '127.0.7.9';
const CLIENT = '127.30.0.9';
t.jobs = 4;

/** A node with a statd directory, on which a service is to be kept. */
async function stage(t: Test, more: Partial<Service> = {}, sm: readonly string[] = []) {
  const root = t.testdir({ store: {} });
  const statd = smDirectory(join(root, 'statd'), Object.fromEntries(sm.map((name) => [name, lineOf(name)])));
  const dir = join(root, 'store');
  const fixed = { sharedDir: dir, statdDir: statd.path, addresses: [ADDRESS] };
  const directory = new RuntimeDirectory('nfs-a', join(root, 'run'));
  await mkdir(directory.path, { recursive: true });
  const node = new ExampleNode();
  node.node = new NodeDirectory(join(directory.path, 'node'));
  const events: string[] = [];
  const storage = { hangs: false, fails: false };
  const disk = watchedDisk((call, _path, step) => {
    if (storage.fails && call === 'readdir') return Promise.reject(new Error('EIO'));
    return storage.hangs && call === 'write' ? new Promise(() => {}) : step();
  });
  return {
    ...{ dir, statd, events, node, storage, directory },
    /** Another keeper of the same service on this node. */
    keeper: (changed: Partial<Service> = {}) => {
      const service = exampleService({ ...fixed, ...more, ...changed });
      const keeper = new Keeper(service, directory, (event) => events.push(event), node.surroundings(disk));
      t.teardown(() => keeper.stop());
      return keeper;
    },
    put: (name: string) => writeFileSync(join(statd.sm, name), lineOf(name)),
    current: async () => [...((await readStore(dir))?.current.keys() ?? [])].sort(),
  };
}

/** Claims the store for another node, which leaves these files there. */
async function claimElsewhere(dir: string, files: readonly StoredFile[] = []): Promise<void> {
  const claim = await claimEpoch({ dir, service: 'nfs-a', holder: { ...HOLDER, node: 'elsewhere' } });
  const store = await claim.establish({ current: files, inherited: [], ledger: [], stateNumber: 7 });
  await store.close();
}

t.test('what statd writes is durable soon, and what is there at the first start', async (t) => {
  const { keeper, put, current, events, dir } = await stage(t, {}, ['before']);
  const one = keeper();
  t.match(one.report(), { phase: 'adopting', owner: null, stateNumber: null, service: 'nfs-a' });
  t.match(one.report(), { problems: [], waitingFor: [], lag: 0, verdict: { state: 'ok' } });
  await one.adopt();
  t.match(one.report(), { phase: 'capturing', owner: { node: hostname(), epoch: 1 }, faultCode: null });
  t.same(await current(), ['before']);
  put('client');
  await until(async () => (await current()).includes('client'));
  await until(() => one.report().clients.recorded === 2);
  t.match(one.report(), { verdict: { state: 'ok' }, waitingFor: [] });
  await one.stop();
  t.equal(one.report().phase, 'stopping');
  t.match((await readStore(dir))?.ended, { released: false });
  t.ok(events.includes('adopted') && events.includes('stopped'));
});

t.test('the last capture is durable when the keeper has stopped', async (t) => {
  const { keeper, put, current } = await stage(t, { capture: 'monitor' });
  const one = keeper();
  await one.adopt();
  put('last');
  t.same(await current(), []);
  await one.stop();
  t.same(await current(), ['last']);
});

t.test('the word that all is well is there while it is so', async (t) => {
  const { keeper, directory, statd } = await stage(t);
  const one = keeper();
  await one.adopt();
  await until(() => existsSync(directory.verdictFile));
  rmSync(statd.sm, { recursive: true });
  await until(() => !existsSync(directory.verdictFile));
  t.match(one.report(), { verdict: { state: 'degraded' } });
});

t.test('where the monitor captures, it has to ask: there is no such word', async (t) => {
  const { keeper, directory } = await stage(t, { capture: 'monitor' });
  await keeper().adopt();
  await pause(2500);
  t.notOk(existsSync(directory.verdictFile));
});

t.test('where the monitor captures, its answer says what is durable', async (t) => {
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
});

t.test('a store that is removed while the service runs is there again for whoever takes over', async (t) => {
  const { keeper, dir, put, events } = await stage(t, {}, ['client']);
  const one = keeper();
  await one.adopt();
  rmSync(dir, { recursive: true });
  await until(() => events.includes('store-restored'));
  put('later');
  await until(async () => (await readStore(dir)).current.has('later'));
  t.equal(one.report().verdict.state, 'ok');
  const claim = await claimEpoch({ dir, service: 'nfs-a', holder: { ...HOLDER, node: 'elsewhere' } });
  t.same([...(claim.former?.current.keys() ?? [])].sort(), ['client', 'later']);
  await claim.abandon();
});

t.test(
  'what a keeper has taken over in place was within reach before: its locks leave with it',
  async (t) => {
    const { keeper, node, dir } = await stage(t, {}, ['client']);
    node.lockManager = lockManager(7);
    node.stoppedAlone = true;
    const first = keeper();
    await first.adopt();
    await first.stop();
    t.match((await readStore(dir)).ended, { released: false });
    node.stoppedAlone = false;
    const second = keeper();
    await second.adopt();
    await second.stop();
    t.match((await readStore(dir)).ended, { released: true });
    t.same(node.released, [`ganesha ${ADDRESS}`]);
  },
);

t.test('another keeper on this node goes on in place', async (t) => {
  const { keeper, current } = await stage(t, {}, ['client']);
  const first = keeper();
  await first.adopt();
  await first.stop();
  const second = keeper();
  await second.adopt();
  t.match(second.report(), { phase: 'capturing', owner: { epoch: 2 } });
  t.same(await current(), ['client']);
});

t.test(
  'a keeper that makes room has captured all; nothing is released, and the epoch has no end',
  async (t) => {
    const { keeper, put, current, node, dir, events } = await stage(t, { capture: 'monitor' });
    Object.assign(node, { lockManager: lockManager(7), statd: 'statd 8' });
    node.addresses.add(ADDRESS);
    const first = keeper();
    await first.adopt();
    node.addresses.clear();
    put('last');
    await first.makeRoom();
    t.same(await current(), ['last']);
    t.same(node.released, []);
    t.equal((await readStore(dir))?.ended, null);
    t.ok(events.includes('replaced') && !events.includes('stopped'));
    await first.stop();
    t.equal((await readStore(dir))?.ended, null, 'and it has no other end after that');
    const never = keeper();
    await never.makeRoom();
    t.equal(never.report().phase, 'stopping', 'one that kept nothing has nothing to do');
  },
);

t.test('a keeper that makes room in the middle of a recovery leaves it to the next one', async (t) => {
  const { keeper, dir, node, events } = await stage(t);
  Object.assign(node, { lockManager: lockManager(7), statd: 'statd 8', missing: [] });
  await claimElsewhere(dir, [fileOf(CLIENT)]);
  const first = keeper();
  await first.adopt();
  node.addresses.add(ADDRESS);
  await until(() => events.includes('telling'));
  await first.makeRoom();
  const { ledger, stateNumber } = (await readStore(dir)) ?? t.bailout('no store');
  t.equal(ledger.get(CLIENT)?.phase, 'conveyed');
  t.type(stateNumber, 'number');
  const second = keeper({ names: ['nfs.example.test'] });
  await second.adopt();
  t.match(second.report(), { phase: 'recovering', owner: { epoch: 3 } });
  t.ok((second.report().stateNumber ?? 0) >= (stateNumber ?? 0), 'it may be telling again already');
});

t.test(
  'who comes back while a keeper is replaced is back, and whoever was there before is present',
  async (t) => {
    const there = '127.30.0.10';
    const { keeper, dir, node, put, events } = await stage(t, {}, [there]);
    Object.assign(node, { lockManager: lockManager(7), statd: 'statd 8' });
    await claimElsewhere(dir, [fileOf(CLIENT), fileOf(there)]);
    // It dies before it has grace on.
    node.openGrace = () => new Promise(() => {});
    void keeper().adopt();
    await until(() => events.includes('conveyed'));
    node.openGrace = async () => 'kept';
    put(CLIENT);
    const second = keeper();
    await second.adopt();
    const { ledger } = (await readStore(dir)) ?? t.bailout('no store');
    t.equal(ledger.get(CLIENT)?.phase, 'back');
    t.equal(ledger.get(there)?.phase, 'present');
  },
);

t.test('where storage hangs, a keeper makes room all the same', async (t) => {
  const { keeper, put, storage, events } = await stage(t, { capture: 'monitor' });
  const one = keeper();
  await one.adopt();
  storage.hangs = true;
  put('late');
  const before = Date.now();
  await one.makeRoom();
  t.ok(Date.now() - before < 1500);
  t.ok(events.includes('replaced'));
});

t.test('in place, the record format changes with the keeper; after a stop it does not', async (t) => {
  const { keeper, put, dir, statd } = await stage(t, {}, ['client']);
  const odd = `junk\n${lineOf('odd')}`;
  writeFileSync(join(statd.sm, 'odd'), odd);
  const change = async (recordFormat: Service['recordFormat'], leave: 'makeRoom' | 'stop') => {
    const one = keeper({ recordFormat });
    await one.adopt();
    put(`while-${recordFormat}`);
    await one[leave]();
    return one.report();
  };
  const copies = async () => {
    const { format, current } = (await readStore(dir)) ?? t.bailout('no store');
    return [format, ...[...current.values()].map(({ name, copy }) => [name, copy]).sort()];
  };
  await change('record', 'makeRoom');
  t.same(await copies(), ['record', ...['client', 'odd', 'while-record'].map((name) => [name, null])]);
  await change('copy', 'makeRoom');
  const held = [
    ...[
      ['client', lineOf('client')],
      ['odd', odd],
      ['while-copy', lineOf('while-copy')],
    ],
    ['while-record', lineOf('while-record')],
  ];
  t.same(await copies(), ['copy', ...held], 'byte for byte, as the files are');
  await change('copy', 'stop');
  t.match(await change('record', 'stop'), {
    phase: 'failed',
    faultCode: 'not-ours',
    verdict: { reason: /^lock store has format copy, not record: start with record_format=copy, then / },
  });
  t.match(await change('copy', 'makeRoom'), { phase: 'stopping' });
  t.equal((await copies())[0], 'copy');
});

t.test('clients of another node are recovered; a stop leaves them to the next', async (t) => {
  const { keeper, dir, events } = await stage(t);
  await claimElsewhere(dir, [fileOf('192.0.2.1'), fileOf('192.0.2.2')]);
  const one = keeper();
  await one.adopt();
  t.match(one.report(), {
    ...{ phase: 'recovering', owner: { epoch: 2 }, clients: { conveyed: 2 }, stateNumber: 7 },
  });
  await until(() => one.report().waitingFor[0] === 'the lock manager to start');
  t.equal(one.report().verdict.state, 'ok', 'waiting is normal at first');
  await one.stop();
  await until(() => events.includes('recovery'));
  const { inherited, ledger } = (await readStore(dir)) ?? t.bailout('no store');
  t.equal(inherited.size, 2);
  t.equal(ledger.get('192.0.2.1')?.phase, 'conveyed');
});

t.test('where statd has no directory yet, former clients are recovered all the same', async (t) => {
  const { keeper, dir, statd } = await stage(t);
  await claimElsewhere(dir, [fileOf(CLIENT)]);
  rmSync(statd.sm, { recursive: true });
  const one = keeper();
  await one.adopt();
  t.match(one.report(), { phase: 'recovering', clients: { conveyed: 1 } });
});

t.test('a service that another node has taken over is failed here', async (t) => {
  const { keeper, dir } = await stage(t);
  const one = keeper();
  await one.adopt();
  await claimElsewhere(dir);
  await until(() => one.report().verdict.state === 'failed');
  t.match(one.report().verdict.reason, 'another node has taken over');
});

t.test('as long as nobody can be asked who owns the service, it is kept', async (t) => {
  const { keeper, dir, storage, put, current } = await stage(t);
  const one = keeper();
  await one.adopt();
  storage.fails = true;
  await claimElsewhere(dir);
  put('client');
  await until(async () => one.report().clients.recorded === 1);
  t.equal(one.report().verdict.state, 'ok');
  t.same(await current(), [], 'what it writes is read by nobody');
  storage.fails = false;
  await until(() => one.report().verdict.state === 'failed');
});

t.test('an adoption that fails says why, and can be stopped', async (t) => {
  const { directory, events } = await stage(t);
  const service = exampleService({ statdDir: '/no/such/directory' });
  const one = new Keeper(service, directory, (event) => events.push(event));
  await one.adopt();
  t.match(one.report(), {
    ...{
      phase: 'failed',
      faultCode: 'bad-node',
      verdict: { state: 'failed', reason: /does not exist; correct statd_dir$/ },
    },
  });
  await one.stop();
  t.same(events, ['adoption-failed']);
});

t.test('an error without a code of its own is a failure like any other', async (t) => {
  const { keeper, node } = await stage(t);
  node.atWork = () => Promise.reject(new Error('no /proc'));
  const one = keeper();
  await one.adopt();
  t.match(one.report(), { faultCode: 'failed', verdict: { reason: 'no /proc' } });
});

t.test('a lock manager that restarts behind our back: whoever had locks is told', async (t) => {
  const { keeper, node, events, dir } = await stage(t, {}, [CLIENT]);
  Object.assign(node, { lockManager: lockManager(7), statd: 'statd 8' });
  const one = keeper();
  await one.adopt();
  t.equal(one.report().phase, 'capturing');
  node.statd = 'statd 9';
  await until(async () => (await readStore(dir))?.holder.statd === 'statd 9');
  t.equal(one.report().phase, 'capturing', 'statd keeps no lock');
  node.lockManager = null;
  node.lockManager = lockManager(10);
  await until(() => one.report().phase === 'recovering');
  t.equal((await readStore(dir))?.holder.lockManager, 'ganesha:10:1');
  t.same([...((await readStore(dir))?.inherited.keys() ?? [])], [CLIENT]);
  node.lockManager = lockManager(11);
  await until(() => events.filter((event) => event === 'lock-manager-restarted').length === 2);
  await until(() => one.report().clients.conveyed === 1);
  await until(() => events.includes('recovery'));
  node.addresses.add(ADDRESS);
  await until(() => one.report().waitingFor[0] === 'NFS to be registered');
  node.missing = [];
  await until(() => events.includes('telling'));
  t.type((await readStore(dir))?.stateNumber, 'number', 'and durable before');
});

t.test('one client that comes back does not bring back the others of its file', async (t) => {
  const { keeper, node, dir, statd } = await stage(t);
  const other = '127.30.0.10';
  const [first, second] = [lockdsLineOf(CLIENT, '1'), lockdsLineOf(other, '2')];
  // As statd drops and adds one of several lines.
  const write = (text: string) => {
    writeFileSync(join(statd.sm, 'shared.new'), text);
    renameSync(join(statd.sm, 'shared.new'), join(statd.sm, 'shared'));
  };
  const phases = async () => {
    const { ledger } = await readStore(dir);
    return [CLIENT, other].map((client) => ledger.get(client)?.phase);
  };
  write(first + second);
  Object.assign(node, { lockManager: lockManager(7, 'kernel'), statd: 'statd 8' });
  const one = keeper();
  await one.adopt();
  node.lockManager = lockManager(10, 'kernel');
  await until(() => one.report().clients.conveyed === 2);
  write(second);
  await until(async () => (await readStore(dir)).current.get('shared')?.records.length === 1);
  t.same(await phases(), ['conveyed', 'conveyed'], 'who is left over has not come');
  write(second + lockdsLineOf(CLIENT, '3'));
  await until(async () => (await phases())[0] === 'back');
  t.same(await phases(), ['back', 'conveyed']);
  write(lockdsLineOf(CLIENT, '3') + lockdsLineOf(other, '4'));
  await until(async () => (await phases())[1] === 'back');
});

t.test('with no client, a restarted lock manager has nobody to be told', async (t) => {
  const { keeper, node, events } = await stage(t);
  Object.assign(node, { lockManager: lockManager(7), statd: 'statd 8' });
  const one = keeper();
  await one.adopt();
  node.lockManager = lockManager(10);
  await until(() => events.includes('lock-manager-restarted'));
  t.equal(one.report().phase, 'capturing');
});

t.test('a recovery in place that could not be prepared is begun again', async (t) => {
  const { keeper, node, events, directory } = await stage(t, {}, [CLIENT]);
  Object.assign(node, { lockManager: lockManager(7), statd: 'statd 8' });
  const one = keeper();
  await one.adopt();
  rmSync(directory.path, { recursive: true });
  writeFileSync(directory.path, 'no directory');
  node.lockManager = lockManager(10);
  await until(() => events.includes('tick-failed'));
  t.match(one.report().verdict, { state: 'degraded', reason: /could not be told/ });
  rmSync(directory.path);
  await mkdir(directory.path);
  await until(() => events.includes('conveyed'));
  t.equal(one.report().phase, 'recovering');
});

t.test('what takes longer than stop can wait is given up, and said', async (t) => {
  const { keeper, put, events, storage } = await stage(t, { capture: 'monitor' });
  const one = keeper();
  await one.adopt();
  storage.hangs = true;
  put('late');
  await one.monitor();
  const before = Date.now();
  await one.stop();
  t.ok(Date.now() - before < 10_000);
  t.match(one.report().verdict, { state: 'degraded', reason: /did not become durable/ });
  t.ok(events.includes('stopped'));
});

t.test('the locks of a service whose address has left are released', async (t) => {
  const { keeper, node, events } = await stage(t);
  Object.assign(node, { lockManager: lockManager(7), statd: 'statd 8' });
  node.addresses.add(ADDRESS);
  const one = keeper();
  await one.adopt();
  node.addresses.clear();
  await one.stop();
  t.same(node.released, [`ganesha ${ADDRESS}`]);
  t.notOk(events.includes('release-failed'));
});

t.test('an address that was here for less than a beat was here', async (t) => {
  for (const [what, look] of [
    ['a monitor', (one: Keeper) => one.monitor()],
    ['a client that came by it', (_: Keeper, put: (name: string) => void) => put('c')],
  ] as const) {
    const { keeper, node, put, current } = await stage(t);
    node.lockManager = lockManager(7);
    const one = keeper();
    await one.adopt();
    await one.monitor();
    node.addresses.add(ADDRESS);
    await look(one, put);
    if (what !== 'a monitor') await until(async () => (await current()).length === 1);
    node.addresses.clear();
    await one.stop();
    t.same(node.released, [`ganesha ${ADDRESS}`], what);
  }
});

t.test(
  'what is handed over is captured until another node has it; then it is left without a word',
  async (t) => {
    const { keeper, node, put, current, events, dir } = await stage(t, {}, [CLIENT]);
    Object.assign(node, { lockManager: lockManager(7), statd: 'statd 8' });
    node.addresses.add(ADDRESS);
    const one = keeper();
    await one.adopt();
    await t.rejects(one.handOver('n2'), /order nfslock before the address/);
    node.addresses.clear();
    t.match(await one.handOver('n2'), { phase: 'capturing', verdict: { state: 'ok' } });
    t.same((await readStore(dir))?.ended?.to, 'n2');
    node.lockManager = lockManager(10);
    put('late');
    await until(async () => (await current()).includes('late'));
    await claimElsewhere(dir);
    await until(() => one.report().verdict.state === 'failed');
    t.notOk(events.includes('lock-manager-restarted'), 'whom to tell is for the other node to know');
    await one.stop();
    t.same(one.report().verdict, { state: 'ok', reason: null });
    t.same(node.released, [`ganesha ${ADDRESS}`]);
    t.same(await current(), [], 'the other node has what it claimed');
  },
);

t.test('the next owner knows to which node it was handed over', async (t) => {
  const { keeper } = await stage(t);
  const one = keeper();
  await t.rejects(one.handOver('n2'), /not at work/);
  await one.adopt();
  t.equal(one.report().handedOverTo, null);
  await one.handOver('n2');
  const next = keeper();
  await next.adopt();
  t.equal(next.report().handedOverTo, 'n2');
  await one.stop();
  await t.rejects(one.handOver('n2'), /not at work/);
});

t.test('one that is stopped before it could adopt keeps nothing', async (t) => {
  const { keeper, dir } = await stage(t);
  await claimElsewhere(dir, [fileOf('192.0.2.1')]);
  const one = keeper();
  const adopting = one.adopt();
  await one.stop();
  await adopting;
  t.match(one.report(), { phase: 'stopping', owner: null });
});

/** Asks as the statd callout does. @returns what was answered within so many milliseconds. */
async function calledFor({ directory }: { directory: RuntimeDirectory }, client: string, within: number) {
  const [request = 0, answer = 0] = ['request', 'answer'].map((name) =>
    openSync(join(directory.calloutDirectory, name), constants.O_RDWR | constants.O_NONBLOCK),
  );
  writeSync(request, `1-1 add-client ${client} n1\n`);
  const bytes = Buffer.alloc(100);
  let said = '';
  for (const end = Date.now() + within; said === '' && Date.now() < end; ) {
    try {
      said = bytes.toString('latin1', 0, readSync(answer, bytes));
    } catch {
      await pause(1);
    }
  }
  closeSync(request);
  closeSync(answer);
  return said;
}

t.test('the statd callout is answered when the client is durable, whatever captures', async (t) => {
  const one = await stage(t, { capture: 'monitor' });
  const keeper = one.keeper();
  await keeper.adopt();
  one.put(CLIENT);
  t.equal(await calledFor(one, CLIENT, 10_000), '1-1 durable\n');
  t.same(await one.current(), [CLIENT]);
  t.same(keeper.report().problems, []);
});

t.test(
  'a storage that hangs answers no callout, and it is known how many clients that concerns',
  async (t) => {
    const one = await stage(t);
    const keeper = one.keeper();
    await keeper.adopt();
    one.storage.hangs = true;
    one.put(CLIENT);
    t.equal(await calledFor(one, CLIENT, 200), '');
    // As the callout does then, and for the next client without asking.
    writeFileSync(join(one.directory.calloutDirectory, 'armed'), '');
    const lines = [CLIENT, '127.30.0.10'].map((client) => `1-1 add-client ${client} n1\n`);
    writeFileSync(join(one.directory.calloutDirectory, 'spool'), lines.join(''));
    t.same(keeper.report().verdict, {
      state: 'degraded',
      reason: '2 clients unprotected: locks are granted without waiting for shared_dir',
    });
  },
);

t.test(
  'a client whose file is nowhere to be found comes back by its call, and stays in the store',
  async (t) => {
    const one = await stage(t);
    const { node, dir, events } = one;
    Object.assign(node, { lockManager: lockManager(7), statd: 'statd 8', missing: [] });
    const other = '127.30.0.10';
    await claimElsewhere(dir, [fileOf(CLIENT), fileOf(other)]);
    const keeper = one.keeper();
    await keeper.adopt();
    node.addresses.add(ADDRESS);
    for (const recovery of [1, 2]) {
      await until(() => events.filter((event) => event === 'telling').length === recovery);
      t.equal(await calledFor(one, CLIENT, 10_000), '1-1 durable\n');
      t.equal((await readStore(dir)).ledger.get(CLIENT)?.phase, 'back');
      if (recovery === 1)
        t.equal((await readStore(dir)).ledger.get(other)?.phase, 'conveyed', 'nobody else is');
      node.grace = false;
      await until(() => events.filter((event) => event === 'recovery-ended').length === recovery);
      t.same(await one.current(), [CLIENT]);
      await until(() => keeper.report().phase === 'capturing');
      // Its record is there from now on, and its file is as far away as before.
      Object.assign(node, { grace: true, lockManager: lockManager(10) });
    }
  },
);

t.test('a node that has lost the service answers no callout', async (t) => {
  const one = await stage(t);
  const keeper = one.keeper();
  await keeper.adopt();
  await claimElsewhere(one.dir);
  one.put(CLIENT);
  t.equal(await calledFor(one, CLIENT, 500), '');
});
t.test(
  'while a keeper of the node restarts the lock manager, nobody takes that for its own doing',
  async (t) => {
    const { keeper, node, events } = await stage(t);
    await node.node.create();
    node.lockManager = lockManager(1);
    const one = keeper();
    await one.adopt();
    const release = await lockFile(node.node.restartLock, 0);
    writeFileSync(node.node.planFile, '{}');
    node.lockManager = lockManager(2);
    await pause(2500);
    t.notOk(events.includes('lock-manager-restarted'));
    rmSync(node.node.planFile);
    await release?.();
    await until(() => events.includes('lock-manager-restarted'));
  },
);
