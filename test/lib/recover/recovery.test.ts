import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Test } from 'tap';
import { Fault } from '../../../lib/fault.ts';
import type { LockManager } from '../../../lib/node/lock-manager.ts';
import { notifyClients } from '../../../lib/recover/notifier/index.ts';
import { Recovery } from '../../../lib/recover/recovery.ts';
import type { Tell } from '../../../lib/recover/triggers/types.ts';
import type { RecoveryWorld } from '../../../lib/recover/world.ts';
import {
  type Change,
  claimEpoch,
  type LedgerEntry,
  type Phase,
  readStore,
  type StoredFile,
  type StoreState,
} from '../../../lib/store/index.ts';
import { ClientHost, type ClientHostOptions } from '../../support/client-host.ts';
import { exampleService } from '../../support/example-service.ts';
import { inOwnNetwork } from '../../support/own-network.ts';
import { fileOf, HOLDER, recordOf } from '../store/arbitraries.ts';

/*
 * A recovery of a real store, in front of real clients on loopback. They are asked at rpcbind's own port, so all of
 * it takes place in a network namespace of its own.
 */
const FLOATING = '127.0.7.1';
const OLD: LockManager = { kind: 'kernel', identity: 'lockd:1:1', startedAt: 0 };
const TOO_LATE =
  'clients were not told: the address was here before grace was; place nfslock before the address';

/** What a node looks like at the moment; tests turn its knobs. */
class Node {
  grace: boolean | Error = true;
  remaining: number | null = null;
  full: number | null = 90_000;
  lockManager: LockManager | null = OLD;
  addresses = new Set([FLOATING]);
  missing: string[] = [];
  opens: (() => void) | null = null;
  way: 'kept' | 'restarted' = 'kept';
  tell: Tell | null = notifyClients;
  place: (files: readonly StoredFile[]) => Promise<string | null> = async () => null;
  readonly events: string[] = [];
  readonly facts: Record<string, unknown>[] = [];
  /** Every change that was made durable, in order. */
  readonly durable: Change[] = [];
  /** Awaited before each commit. */
  beforeCommit: (changes: readonly Change[]) => Promise<void> | void = () => undefined;
}

interface Stage {
  readonly node: Node;
  readonly recovery: Recovery;
  readonly dir: string;
  readonly state: () => StoreState;
  /** statd wrote a file anew: what the keeper makes of that. */
  see(file: StoredFile): Promise<void>;
  /** Begins to tell. */
  run(): { readonly end: Promise<string>; readonly stop: () => void };
  /** The ledger as another node would read it from the disk, and what is still to recover. */
  stored(): Promise<{ phases: Record<string, Phase>; inherited: number; stateNumber: number | null }>;
}

/** A node that has just claimed a store in which a former one left these files. */
async function stage(
  t: Test,
  files: readonly StoredFile[],
  service: Partial<RecoveryWorld['service']> = {},
  ledger: readonly LedgerEntry[] = [],
  current: readonly StoredFile[] = [],
): Promise<Stage> {
  const root = t.testdir({ store: {} });
  const dir = join(root, 'store');
  const claim = await claimEpoch({ dir, service: 'nfs-a', holder: HOLDER });
  const store = await claim.establish({ current, inherited: files, ledger, stateNumber: null });
  if (current.length > 0) await store.commit([{ type: 'recovery-begun', at: 1 }]);
  t.teardown(() => store.close());
  const node = new Node();
  const world: RecoveryWorld = {
    service: exampleService({ sharedDir: dir, addresses: [FLOATING], ...service }),
    state: () => store.state,
    commit: async (changes) => {
      await node.beforeCommit(changes);
      await store.commit(changes);
      node.durable.push(...changes);
    },
    lockManager: async () => node.lockManager,
    isGraceOn: async () => {
      const { grace } = node;
      if (grace instanceof Error) throw grace;
      return grace;
    },
    graceTime: async () => ({ remaining: node.remaining, full: node.full }),
    trigger: {
      open: async () => {
        node.opens?.();
        return node.way;
      },
      place: (files) => node.place(files),
      get tell() {
        return node.tell;
      },
    },
    localAddresses: () => node.addresses,
    lacking: async () => node.missing,
    localStateNumber: async () => null,
    sm: root,
    resolver: { addresses: async () => [], names: async () => [] },
    conveyTo: { dir: join(root, 'statd'), owner: { uid: 0, gid: 0 } },
    log: (event, facts = {}) => {
      node.events.push(event);
      node.facts.push({ event, ...facts });
    },
  };
  const recovery = new Recovery(world);
  return {
    ...{ node, recovery, dir, state: () => store.state },
    see: (file) => store.commit([{ type: 'captured', file }, ...recovery.seen(file)]),
    run() {
      const abort = new AbortController();
      t.teardown(() => abort.abort());
      return { end: recovery.run(abort.signal), stop: () => abort.abort() };
    },
    async stored() {
      const state = await readStore(dir);
      const phases = [...(state?.ledger ?? [])].map(([client, { phase }]) => [client, phase] as const);
      return {
        phases: Object.fromEntries(phases),
        inherited: state?.inherited.size ?? -1,
        stateNumber: state?.stateNumber ?? null,
      };
    },
  };
}

async function client(t: Test, address: string, more: Partial<ClientHostOptions> = {}): Promise<ClientHost> {
  const host = await ClientHost.start({ address, rpcbindPort: 111, ...more });
  t.teardown(() => host.stop());
  return host;
}

async function until(what: string, met: () => boolean | Promise<boolean>, within = 20_000): Promise<void> {
  const end = performance.now() + within;
  while (!(await met())) {
    if (performance.now() > end) throw new Error(`not met: ${what}`);
    await pause(5);
  }
}

/** Everything in the store's directory, as it is on the disk now. */
function onDisk(dir: string): string {
  return readdirSync(dir)
    .map((name) => readFileSync(join(dir, name), 'latin1'))
    .join('');
}

const stories: Record<string, (t: Test) => Promise<void>> = {
  async 'clients are conveyed, told and followed until all are back'(t) {
    const files = [fileOf('127.20.0.1'), fileOf('127.20.0.2'), fileOf('../evil')];
    const { node, recovery, dir, see, run, stored } = await stage(t, files);
    node.addresses = new Set();
    node.grace = false;
    node.opens = () => {
      node.grace = true;
    };
    const numberOnDisk: boolean[] = [];
    const answer = (reply: Buffer, about: string): Buffer[] => {
      if (about === FLOATING) {
        const number = hosts.flatMap(({ heard }) => heard.map(({ state }) => state)).at(-1);
        numberOnDisk.push(onDisk(dir).includes(`"type":"number","number":${number}`));
        t.equal(node.grace, true, 'grace is on at every packet');
      }
      return [reply];
    };
    const hosts = [await client(t, '127.20.0.1', { answer }), await client(t, '127.20.0.2', { answer })];
    await recovery.prepare([]);
    t.same(node.events, ['set-aside', 'conveyed', 'grace-opened']);
    t.match(node.facts[0], { file: '../evil' });
    t.match((await stored()).phases, { '127.20.0.1': 'conveyed', '127.20.0.2': 'conveyed' });

    node.missing = ['NLM version 4 to answer'];
    const { end } = run();
    await until('waits for the address', () => recovery.waitingFor[0] === `address ${FLOATING}`);
    node.addresses = new Set([FLOATING]);
    await until('waits for NLM', () => recovery.waitingFor[0] === 'NLM version 4 to answer');
    t.same(
      hosts.map(({ asked }) => asked),
      [0, 0],
      'nobody was asked anything so far',
    );
    node.missing = [];
    await until('both are told', async () => {
      const { phases } = await stored();
      return phases['127.20.0.1'] === 'told' && phases['127.20.0.2'] === 'told';
    });
    t.same(numberOnDisk, [true, true], 'the number was durable before the first packet');
    t.same(recovery.waitingFor, []);
    t.equal(node.events.filter((event) => event === 'waiting').length, 2, 'each reason is logged once');
    const [first, second] = hosts.map(({ heard }) => heard);
    t.match(first, [{ name: FLOATING, from: FLOATING, state: (await stored()).stateNumber }]);
    t.equal(first?.[0]?.state, second?.[0]?.state);
    t.same(
      recovery.seen(fileOf('127.20.0.1')).map(({ type }) => type),
      ['noted'],
    );
    await see(fileOf('127.20.0.2'));
    await see(fileOf('../evil'));
    t.equal(await end, 'complete');
    t.match(node.facts.at(-1), { event: 'recovery-ended', end: 'complete', clients: 3, missed: 0 });
    t.equal((await stored()).inherited, 0);
  },

  async 'who answers and does not come back is told again, with a new number'(t) {
    const { node, recovery, see, run, stored } = await stage(t, [fileOf('127.21.0.1'), fileOf('127.21.0.2')]);
    const host = await client(t, '127.21.0.1');
    await client(t, '127.21.0.2');
    await recovery.prepare([]);
    const { end } = run();
    await until('both are told', async () => {
      const { phases } = await stored();
      return phases['127.21.0.1'] === 'told' && phases['127.21.0.2'] === 'told';
    });
    await see(fileOf('127.21.0.2'));
    await until('told again', () => host.heard.length === 2);
    const [one, two] = host.heard.map(({ state }) => state);
    t.ok(Number(two) > Number(one), `${two} after ${one}`);
    t.ok(Number(one) % 2 === 1 && Number(two) % 2 === 1);
    t.match(
      node.facts.filter(({ event }) => event === 'telling').map(({ clients }) => clients),
      [2, 1],
    );
    await see(fileOf('127.21.0.1'));
    t.equal(await end, 'complete');
    t.equal((await stored()).stateNumber, two);
  },

  async 'when grace ends, whoever is neither back nor present is missed, durably'(t) {
    const { node, recovery, see, run, stored } = await stage(
      t,
      ['1', '2', '3'].map((n) => fileOf(`127.22.0.${n}`)),
    );
    const hosts = [
      await client(t, '127.22.0.1'),
      await client(t, '127.22.0.2'),
      await client(t, '127.22.0.3'),
    ];
    await recovery.prepare([fileOf('127.22.0.3'), fileOf('127.22.9.9')]);
    t.equal((await stored()).phases['127.22.0.3'], 'present');
    const { end } = run();
    await until('all are told', () => hosts.every(({ heard }) => heard.length === 1));
    await see(fileOf('127.22.0.1'));
    // A lock manager that cannot be asked, or is away, is no reason to give up.
    node.grace = new Fault('timed-out', 'D-Bus does not answer');
    await until('it could not be asked', () => node.events.includes('grace-unknown'));
    node.grace = true;
    node.lockManager = null;
    await pause(600);
    node.lockManager = OLD;
    node.grace = false;
    t.equal(await end, 'grace-over');
    t.match(await stored(), {
      phases: { '127.22.0.1': 'back', '127.22.0.2': 'missed', '127.22.0.3': 'present' },
      inherited: 0,
    });
    t.match(node.facts.at(-1), { end: 'grace-over', missed: 1 });
    const asked = hosts.map(({ heard }) => heard.length);
    await pause(300);
    t.same(
      hosts.map(({ heard }) => heard.length),
      asked,
      'nobody is told after that',
    );
  },

  async 'who misses it where the lock manager restarted in place leaves the store, unless statd monitors it'(
    t,
  ) {
    const [back, gone, there] = ['127.59.0.1', '127.59.0.2', '127.59.0.3'].map((name) => fileOf(name, 1));
    // Whether it is there cannot be told.
    const unreadable = { ...fileOf('127.59.0.4', 1), name: 'y'.repeat(300) };
    const current = [back, gone, there, unreadable] as StoredFile[];
    const { node, recovery, see, run, stored, dir } = await stage(t, [], {}, [], current);
    writeFileSync(join(dir, '..', '127.59.0.3'), '');
    await recovery.prepare([]);
    const { end } = run();
    await until('clients are told', () => node.events.includes('telling'));
    await see(fileOf('127.59.0.1', 2));
    node.grace = false;
    t.equal(await end, 'grace-over');
    t.match(await stored(), {
      phases: { '127.59.0.1': 'back', '127.59.0.2': 'missed', '127.59.0.3': 'missed' },
      inherited: 0,
    });
    t.same([...(await readStore(dir)).current.keys()], ['127.59.0.1', '127.59.0.3', unreadable.name]);
  },

  async 'grace that ended while no keeper was there is over: nobody is told, and nothing is wrong with the set-up'(
    t,
  ) {
    const told = { client: '127.34.0.1', phase: 'told', number: 7, names: {}, at: 1 } as const;
    const { node, recovery, run } = await stage(t, [fileOf('127.34.0.1')], {}, [told]);
    const host = await client(t, '127.34.0.1');
    node.grace = false;
    node.addresses = new Set();
    node.opens = () => t.fail('a grace period in which clients were told is not opened again');
    await recovery.prepare([]);
    node.addresses = new Set([FLOATING]);
    t.equal(await run().end, 'grace-over');
    t.equal(recovery.trouble, null);
    t.equal(host.asked, 0);
  },

  async 'too late: clients could reach a lock manager out of grace, so nobody is told'(t) {
    const { node, recovery, run, stored } = await stage(t, [fileOf('127.23.0.1')]);
    const host = await client(t, '127.23.0.1');
    node.grace = false;
    node.opens = () => t.fail('grace must not be opened once clients can reach the service');
    await recovery.prepare([]);
    t.equal(await run().end, 'too-late');
    t.equal(recovery.trouble, TOO_LATE);
    t.equal(host.asked, 0);
    t.match(await stored(), { phases: { '127.23.0.1': 'missed' }, inherited: 0, stateNumber: null });
  },

  async 'grace that ends while the number becomes durable: nobody is told'(t) {
    const { node, recovery, run, stored } = await stage(t, [fileOf('127.24.0.1')]);
    const host = await client(t, '127.24.0.1');
    await recovery.prepare([]);
    node.beforeCommit = async (changes) => {
      if (changes.some(({ type }) => type === 'number')) node.grace = false;
    };
    t.equal(await run().end, 'grace-over');
    t.equal(host.asked, 0);
    t.match(await stored(), { phases: { '127.24.0.1': 'missed' }, stateNumber: Number });
  },

  async 'a number that cannot be made durable goes to nobody'(t) {
    const { node, recovery, run } = await stage(t, [fileOf('127.25.0.1')]);
    const host = await client(t, '127.25.0.1');
    await recovery.prepare([]);
    let release: () => void = () => undefined;
    const hung = new Promise<void>((resolve) => {
      release = resolve;
    });
    let waits = false;
    node.beforeCommit = (changes) => {
      if (!changes.some(({ type }) => type === 'number')) return;
      waits = true;
      return hung;
    };
    const { end, stop } = run();
    await until('the number is asked for', () => waits);
    await pause(500);
    t.equal(host.asked, 0);
    release();
    await until('told', () => host.heard.length === 1);
    stop();
    t.equal(await end, 'stopped');
  },

  async 'a stop that comes while the number becomes durable tells nobody'(t) {
    const { node, recovery, run } = await stage(t, [fileOf('127.32.0.1')]);
    const host = await client(t, '127.32.0.1');
    await recovery.prepare([]);
    const { end, stop } = run();
    node.beforeCommit = (changes) => {
      if (changes.some(({ type }) => type === 'number')) stop();
    };
    t.equal(await end, 'stopped');
    await pause(200);
    t.equal(host.asked, 0);
    t.notOk(node.durable.some(({ type }) => type === 'recovery-ended'));
  },

  async 'a stop that comes when all is ready tells nobody'(t) {
    const { node, recovery, run } = await stage(t, [fileOf('127.33.0.1')]);
    const host = await client(t, '127.33.0.1');
    await recovery.prepare([]);
    const { end, stop } = run();
    Object.defineProperty(node, 'missing', {
      get: () => {
        stop();
        return [];
      },
    });
    t.equal(await end, 'stopped');
    t.equal(host.asked, 0);
    t.notOk(node.durable.some(({ type }) => type === 'number'));
  },

  async 'grace that cannot be opened at first is opened before the address comes'(t) {
    const { node, recovery, run } = await stage(t, [fileOf('127.26.0.1')]);
    const host = await client(t, '127.26.0.1');
    node.addresses = new Set();
    node.lockManager = null;
    node.grace = false;
    await recovery.prepare([]);
    t.notOk(node.events.includes('grace-opened'), 'without a lock manager there is none to open');
    const { end, stop } = run();
    await until('waits for it', () => recovery.waitingFor[0] === 'the lock manager to start');
    let tries = 0;
    node.opens = () => {
      tries += 1;
      if (tries === 1) throw new Fault('bad-node', 'no way');
      node.grace = true;
    };
    node.lockManager = { ...OLD, startedAt: Date.now() };
    await until('a young lock manager is left alone', () => recovery.waitingFor[0] === `address ${FLOATING}`);
    t.equal(tries, 0);
    node.lockManager = OLD;
    await until('it failed', () => recovery.trouble !== null);
    t.equal(recovery.trouble, 'grace could not be opened: no way');
    await until('it was opened', () => node.events.includes('grace-opened'));
    t.equal(recovery.trouble, null);
    node.addresses = new Set([FLOATING]);
    await until('told', () => host.heard.length === 1);
    stop();
    t.equal(await end, 'stopped');
  },

  async 'grace that goes by while the address is waited for is opened again in time'(t) {
    const { node, recovery, see, run, stored } = await stage(t, [fileOf('127.26.0.2')]);
    const host = await client(t, '127.26.0.2');
    await recovery.prepare([fileOf('127.26.0.2')]);
    node.addresses = new Set();
    node.remaining = 20_000;
    let opens = 0;
    node.opens = () => {
      opens += 1;
      if (opens === 2) throw new Fault('bad-node', 'no way');
      node.way = 'restarted';
    };
    const { end } = run();
    await pause(2500);
    t.equal(opens, 0, 'enough is left');
    node.remaining = 10_000;
    node.full = 20_000;
    await pause(2500);
    t.equal(opens, 0, 'half of a short one');
    node.full = null;
    await until('opened', async () => (await stored()).phases['127.26.0.2'] === 'conveyed');
    await until('it failed', () => recovery.trouble !== null);
    node.addresses = new Set([FLOATING]);
    await until('told', () => host.heard.length === 1);
    t.equal(recovery.trouble, null, 'it was on nevertheless');
    await see(fileOf('127.26.0.2'));
    t.equal(await end, 'complete');
    t.equal(opens, 2);
  },

  async 'but not for clients that were told already'(t) {
    const told = { client: '127.26.0.3', phase: 'told', number: 7, names: {}, at: 1 } as const;
    const { node, recovery, run } = await stage(t, [fileOf('127.26.0.3')], {}, [told]);
    node.addresses = new Set();
    node.remaining = 1000;
    node.opens = () => t.fail('somebody may have their locks since');
    await recovery.prepare([]);
    const { end, stop } = run();
    await pause(2500);
    stop();
    t.equal(await end, 'stopped');
  },

  async 'an address that comes with a lock manager of which grace is not known waits for it'(t) {
    const { node, recovery, run } = await stage(t, [fileOf('127.27.0.1')]);
    node.lockManager = { ...OLD, startedAt: Date.now() + 60_000 };
    node.grace = false;
    await recovery.prepare([]);
    const { end, stop } = run();
    await until('waits for grace', () => recovery.waitingFor[0] === 'grace to be on');
    stop();
    t.equal(await end, 'stopped');
    t.notOk(
      node.durable.some(({ type }) => type === 'recovery-ended'),
      'what is left is for the next keeper',
    );
  },

  async 'a grace period that seems off once is asked again'(t) {
    const { node, recovery, run } = await stage(t, [fileOf('127.28.0.1')]);
    const host = await client(t, '127.28.0.1');
    await recovery.prepare([]);
    let flickers = 0;
    Object.defineProperty(node, 'grace', { get: () => flickers++ % 2 === 1 });
    const { end, stop } = run();
    await until('told', () => host.heard.length === 1);
    stop();
    t.equal(await end, 'stopped');
  },

  async 'other addresses are waited for a while, and told from those that came'(t) {
    const addresses = [FLOATING, '127.0.7.2'];
    const { node, recovery, see, run } = await stage(t, [fileOf('127.29.0.1')], { addresses });
    const host = await client(t, '127.29.0.1');
    await recovery.prepare([]);
    const since = Date.now();
    const { end } = run();
    await until('waits', () => recovery.waitingFor[0] === 'address 127.0.7.2');
    await until('told', () => host.heard.length === 1);
    t.ok(Date.now() - since >= 5000);
    t.same(
      host.heard.map(({ name }) => name),
      [FLOATING],
    );
    await see(fileOf('127.29.0.1'));
    node.addresses = new Set(addresses);
    await until('told by the other one, too', () => host.heard.some(({ name }) => name === '127.0.7.2'));
    t.equal(await end, 'complete', 'it may have locks by that one alone');
  },

  async 'notifications that cannot be sent are named and tried again'(t) {
    const { node, recovery, run } = await stage(t, [fileOf('127.30.0.1')], { addresses: ['192.0.2.77'] });
    node.addresses = new Set(['192.0.2.77']);
    await recovery.prepare([]);
    const { end } = run();
    await until('named', () => recovery.waitingFor.length > 0);
    t.match(recovery.waitingFor[0], /^the notifications to be sent \(/);
    await until('again', () => node.events.filter((event) => event === 'telling').length === 2);
    node.grace = false;
    t.equal(await end, 'grace-over');
  },

  async 'clients are told from the port that the service has for it'(t) {
    const { recovery, run } = await stage(t, [fileOf('127.35.0.1')], { notifyPort: 791 });
    const host = await client(t, '127.35.0.1');
    await recovery.prepare([]);
    const { stop, end } = run();
    await until('told', () => host.heard.length > 0);
    t.match(host.heard, [{ from: FLOATING, fromPort: 791 }]);
    stop();
    await end;
  },

  async 'whoever is present is told and not waited for; a stop before is a stop'(t) {
    const files = [{ ...fileOf('x'), records: [recordOf('127.31.0.1')] }];
    const { recovery, run, stored } = await stage(t, files);
    await client(t, '127.31.0.1');
    await recovery.prepare(files);
    t.equal(await recovery.run(AbortSignal.abort()), 'stopped');
    t.equal(await run().end, 'complete');
    t.match(await stored(), { phases: { '127.31.0.1': 'present' }, inherited: 0 });
  },

  async 'who came while no keeper was there is back, unless its locks go with a restart'(t) {
    const files = [fileOf('127.31.0.2'), fileOf('127.31.0.3')];
    const { node, recovery, stored } = await stage(t, files);
    node.addresses = new Set();
    node.way = 'restarted';
    await recovery.prepare([], [fileOf('127.31.0.2')]);
    t.match((await stored()).phases, { '127.31.0.2': 'conveyed', '127.31.0.3': 'conveyed' });
    node.way = 'kept';
    await recovery.prepare([], [fileOf('127.31.0.2')]);
    t.match((await stored()).phases, { '127.31.0.2': 'back', '127.31.0.3': 'conveyed' });
    t.match(node.facts.at(-1), { event: 'back', client: '127.31.0.2' });
  },

  async 'whoever is present is told again where grace was in doubt between two rounds'(t) {
    const [there, away] = ['127.31.0.4', '127.31.0.5'];
    const { node, recovery, run } = await stage(t, [fileOf(there), fileOf(away)]);
    const told: number[] = [];
    node.tell = async ({ targets, onResult }) => {
      told.push([...targets].length);
      const answered = { outcome: 'answered', at: 1, attempts: 1, address: there, transport: 'udp' } as const;
      onResult({ client: there, name: FLOATING, ...answered });
      throw new Error('no port');
    };
    await recovery.prepare([fileOf(there)]);
    const { end, stop } = run();
    await until('told twice', () => told.length === 2);
    t.same(told, [2, 1]);
    // The next look at what is missing is made between two rounds.
    node.missing = ['NLM version 4 to answer'];
    await until('waits', () => recovery.waitingFor[0] === 'NLM version 4 to answer');
    node.grace = new Fault('timed-out', 'no answer');
    await until('grace is in doubt', () => recovery.waitingFor[0] === 'grace to be on');
    Object.assign(node, { grace: true, missing: [] });
    await until('told again', () => told.length === 3);
    t.same(told, [2, 1, 2]);
    stop();
    t.equal(await end, 'stopped');
  },

  async 'after a restart of the lock manager nobody is present: all have to come back'(t) {
    const { node, recovery, stored } = await stage(t, [fileOf('127.41.0.1')]);
    node.addresses = new Set();
    node.way = 'restarted';
    await recovery.prepare([fileOf('127.41.0.1')]);
    t.match((await stored()).phases, { '127.41.0.1': 'conveyed' });
    node.way = 'kept';
    await recovery.prepare([fileOf('127.41.0.1')]);
    t.match((await stored()).phases, { '127.41.0.1': 'present' });
  },

  async 'nor after one that came later, when grace had to be opened again'(t) {
    const files = [fileOf('127.41.0.2'), fileOf('127.41.0.3')];
    const { node, recovery, see, run, stored } = await stage(t, files);
    await client(t, '127.41.0.2');
    await client(t, '127.41.0.3');
    node.addresses = new Set();
    await recovery.prepare(files);
    t.match((await stored()).phases, { '127.41.0.2': 'present', '127.41.0.3': 'present' });
    node.grace = false;
    node.opens = () => {
      node.way = 'restarted';
      node.grace = true;
    };
    const { end } = run();
    await until('they are awaited', async () => (await stored()).phases['127.41.0.2'] === 'conveyed');
    t.match((await stored()).phases, { '127.41.0.3': 'conveyed' });
    node.addresses = new Set([FLOATING]);
    await until('both are told', async () =>
      Object.values((await stored()).phases).every((phase) => phase === 'told'),
    );
    for (const file of files) await see(file);
    t.equal(await end, 'complete');
  },

  async 'where somebody else tells, nobody is told, and it is seen who comes back'(t) {
    const files = [fileOf('127.42.0.1'), fileOf('127.42.0.2')];
    const { node, recovery, see, run, stored } = await stage(t, files);
    const host = await client(t, '127.42.0.1');
    let placed = 0;
    node.tell = null;
    node.opens = () => t.fail('grace is not ours to open');
    node.place = async (conveyed) => {
      placed += 1;
      t.equal(conveyed.length, 2);
      if (placed === 2) throw new Error('EIO');
      return placed === 1 ? 'statd runs' : null;
    };
    await recovery.prepare([]);
    t.equal(recovery.trouble, 'statd runs');
    const { end } = run();
    await until('it failed', () => recovery.trouble === 'records could not be conveyed: EIO');
    await until('they are placed', () => recovery.trouble === null);
    await see(fileOf('127.42.0.1'));
    node.addresses = new Set();
    node.grace = false;
    await pause(600);
    const soFar = { phases: { '127.42.0.1': 'back', '127.42.0.2': 'conveyed' }, inherited: 2 };
    t.match(await stored(), soFar, 'before the address is here, the lock manager may start anew');
    node.addresses = new Set([FLOATING]);
    t.equal(await end, 'grace-over');
    t.match(await stored(), { phases: { '127.42.0.1': 'back', '127.42.0.2': 'missed' }, inherited: 0 });
    t.equal(host.asked, 0);
  },

  async 'whoever somebody else tells may all come back, and a stop is a stop'(t) {
    const { node, recovery, see, run } = await stage(t, [fileOf('127.43.0.1')]);
    node.tell = null;
    await recovery.prepare([]);
    const first = run();
    first.stop();
    t.equal(await first.end, 'stopped');
    const { end } = run();
    await see(fileOf('127.43.0.1'));
    t.equal(await end, 'complete');
  },
};

await inOwnNetwork(import.meta.url, stories);
