import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { lockFile } from '../../../lib/node/file-lock.ts';
import type { LockManager } from '../../../lib/node/lock-manager.ts';
import { NodeDirectory } from '../../../lib/node/node-directory.ts';
import { NodeDuty, recordDuty } from '../../../lib/recover/node-duty.ts';
import { ClientHost } from '../../support/client-host.ts';
import { inOwnNetwork } from '../../support/own-network.ts';
import { until } from '../capture/sm-directory.ts';
import { fileOf, HOLDER } from '../store/arbitraries.ts';

/* Clients on loopback are asked at rpcbind's own port, in a network namespace of the test's own. */
const OWN = '127.0.8.1';
const WARM: LockManager = { kind: 'kernel', identity: 'lockd:1:1', startedAt: 0 };

async function stage(t: Test) {
  const root = t.testdir({});
  const node = new NodeDirectory(join(root, 'node'));
  await node.create();
  const events: string[] = [];
  const facts: unknown[] = [];
  const grace = { on: true };
  const asked: { fails: boolean } = { fails: false };
  /** Another keeper of the node. */
  const duty = () => {
    const one = new NodeDuty({
      ...{ node, holder: () => HOLDER, nodeName: 'n2', ownAddresses: async () => [OWN] },
      owner: { uid: 0, gid: 0 },
      surroundings: {
        lockManager: async () => {
          if (asked.fails) throw new Error('no /proc');
          return WARM;
        },
        isGraceOn: async () => grace.on,
        graceTime: async () => ({ remaining: null, full: null }),
        localAddresses: () => new Set([OWN]),
        lacking: async () => [],
        resolver: { addresses: async () => [], names: async () => [] },
        log: (event, more = {}) => {
          events.push(event);
          facts.push({ event, ...more });
        },
      },
    });
    t.teardown(() => one.stop());
    return one;
  };
  return { node, duty, events, facts, grace, asked };
}

async function client(t: Test, address: string): Promise<ClientHost> {
  const host = await ClientHost.start({ address, rpcbindPort: 111 });
  t.teardown(() => host.stop());
  return host;
}

async function cleared(duty: NodeDuty): Promise<void> {
  await until(async () => {
    await duty.tick();
    return !duty.open;
  });
}

await inOwnNetwork(import.meta.url, {
  async "the node's own clients are told under its names, with numbers of its own, until they are back"(t) {
    const host = await client(t, '127.51.0.1');
    const { node, duty, events } = await stage(t);
    const [one, other] = [duty(), duty()];
    t.equal(one.open, false);
    await recordDuty(node, HOLDER, { files: [], stateNumber: 5 });
    t.equal(one.open, false, 'without clients there is no duty');
    one.seen(fileOf('127.51.0.1'));
    await recordDuty(node, HOLDER, { files: [fileOf('127.51.0.1')], stateNumber: 5 });
    t.equal(one.open, true);
    await Promise.all([one.tick(), one.tick()]);
    await other.tick();
    t.same(
      events.filter((event) => event === 'duty'),
      ['duty'],
      'one keeper takes it up',
    );
    await until(() => host.heard.length === 2);
    t.same(host.heard.map(({ name, state }) => [name, state]).sort(), [
      [OWN, 7],
      ['n2', 7],
    ]);
    one.seen(fileOf('127.51.0.1'));
    await until(() => events.includes('duty-ended'));
    t.equal(one.open, true, 'until a keeper clears it away');
    const restarted = await lockFile(node.restartLock, 0);
    await one.tick();
    t.equal(one.open, true, 'and not while a restart may add to it');
    await restarted?.();
    await cleared(one);
  },

  async 'it outlives the keeper that has it, and its numbers go on'(t) {
    const host = await client(t, '127.52.0.1');
    const { node, duty, events } = await stage(t);
    await recordDuty(node, HOLDER, { files: [fileOf('127.52.0.1')], stateNumber: 5 });
    const one = duty();
    await one.tick();
    await until(() => host.heard.some(({ state }) => state === 7));
    one.stop();
    await until(() => events.includes('duty-ended'));
    const other = duty();
    await until(async () => {
      await other.tick();
      return host.heard.some(({ state }) => state === 9);
    });
    t.equal(other.open, true);
  },

  async 'another restart adds to it, and whoever had it lets it go'(t) {
    await client(t, '127.53.0.1');
    const { node, duty, events, facts } = await stage(t);
    await recordDuty(node, HOLDER, { files: [fileOf('127.53.0.1')], stateNumber: 5 });
    const one = duty();
    await one.tick();
    await recordDuty(node, HOLDER, { files: [fileOf('127.53.0.2')], stateNumber: 133 });
    await one.tick();
    await until(async () => {
      await one.tick();
      return events.filter((event) => event === 'duty').length === 2;
    });
    t.match(
      facts.filter((fact) => (fact as { event: string }).event === 'duty'),
      [{ clients: 1 }, { clients: 2 }],
    );
    await recordDuty(node, HOLDER, { files: [], stateNumber: 261 });
    t.equal(one.open, true, 'a round without clients keeps those of the one before');
  },

  async 'it is not taken up before the restart that it is for has come to its grace'(t) {
    await client(t, '127.58.0.1');
    const { node, duty, events, grace } = await stage(t);
    const release = await lockFile(node.restartLock, 0);
    grace.on = false;
    await recordDuty(node, HOLDER, { files: [fileOf('127.58.0.1')], stateNumber: 5 });
    const one = duty();
    await one.tick();
    t.same(events, []);
    grace.on = true;
    await release?.();
    await until(async () => {
      await one.tick();
      return events.includes('telling');
    });
    one.stop();
    await until(() => events.includes('duty-ended'));
  },

  async 'grace that is over ends it'(t) {
    const { node, duty, events, grace } = await stage(t);
    grace.on = false;
    await recordDuty(node, HOLDER, { files: [fileOf('127.54.0.1')], stateNumber: 5 });
    const one = duty();
    await one.tick();
    await until(() => events.includes('duty-ended'));
    const release = await lockFile(node.restartLock, 0);
    await one.tick();
    t.equal(one.open, true, 'not while a restart is under way');
    await release?.();
    await cleared(one);
  },

  async 'a store that cannot be read is said, and tried again'(t) {
    const { node, duty, events } = await stage(t);
    mkdirSync(node.dutyStore, { mode: 0o777 });
    const one = duty();
    chmodSync(node.dutyStore, 0o777);
    await one.tick();
    t.same(events, ['duty-failed']);
    chmodSync(node.dutyStore, 0o700);
    await one.tick();
    t.notOk(existsSync(node.dutyStore), 'and cleared, for it is empty');
  },

  async 'a duty that fails is left to the next tick'(t) {
    const { node, duty, events, asked } = await stage(t);
    await recordDuty(node, HOLDER, { files: [fileOf('127.56.0.1')], stateNumber: 5 });
    const one = duty();
    await one.tick();
    asked.fails = true;
    await until(() => events.includes('duty-failed'));
    t.equal(one.open, true);
    asked.fails = false;
    await until(async () => {
      await one.tick();
      return events.includes('telling');
    });
    one.stop();
    await until(() => events.includes('duty-ended'));
  },

  async 'what cannot be prepared is left, too'(t) {
    const { node, duty, events } = await stage(t);
    await recordDuty(node, HOLDER, { files: [fileOf('127.57.0.1')], stateNumber: 5 });
    const one = duty();
    const bound = node.dutyStatd;
    Object.defineProperty(node, 'dutyStatd', { get: () => '/proc/self/no/such/place', configurable: true });
    await one.tick();
    t.ok(events.includes('duty-failed'));
    Object.defineProperty(node, 'dutyStatd', { get: () => bound });
    await until(async () => {
      await one.tick();
      return events.includes('telling');
    });
    one.stop();
    await until(() => events.includes('duty-ended'));
  },
});
