import t, { type Test } from 'tap';
import { AddressSeen } from '../../../lib/keeper/address-seen.ts';
import type { AtWork } from '../../../lib/keeper/identities.ts';
import type { Kept } from '../../../lib/keeper/kept.ts';
import { Pulse } from '../../../lib/keeper/pulse.ts';
import type { Service } from '../../../lib/node/service.ts';
import type { Standing, StoredFile } from '../../../lib/store/index.ts';
import { emptyState } from '../../../lib/store/reducer.ts';
import { exampleService } from '../../support/example-service.ts';
import { until } from '../capture/sm-directory.ts';
import { HOLDER } from '../store/arbitraries.ts';
import { lockManager } from './example-surroundings.ts';

/** A pulse that beats when the test says so, and what it did since it was asked last. */
function stage(t: Test, capture: 'watch' | 'monitor' = 'watch', more: Partial<Service> = {}) {
  let did: string[] = [];
  const does = (what: string) => async () => void did.push(what);
  const node = {
    atWork: { lockManager: lockManager(7), statd: 'statd 8' } as AtWork,
    share: does('share') as () => Promise<void>,
    standing: async (): Promise<Standing> => 'ours',
    looks: [] as boolean[],
    /** How often processes were looked at, and by what removals were judged. */
    looksAtWork: 0,
    judgedBy: [] as AtWork[],
  };
  const holder = { ...HOLDER, lockManager: 'ganesha:7:1', statd: 'statd 8' };
  const state = emptyState({ service: 'nfs-a', epoch: 1, holder, since: 0, format: 'record' });
  const kept = {
    store: { state, standing: () => node.standing() },
    writer: {
      push: async (changes: { type: string }[]) => void did.push(...changes.map(({ type }) => type)),
    },
    capturing: {
      checkWatch: () => did.push('watch'),
      captureAndJudge: async (working: AtWork) => {
        did.push('judge');
        node.judgedBy.push(working);
      },
      end: () => did.push('end'),
    },
    recovering: {
      ...{ failed: false, running: true, phase: 'capturing' },
      ...{ begin: does('begin'), breakOff: does('break off'), abort: () => did.push('abort') },
    },
    callout: { look: does('callout') },
    nextOwner: {
      look: async (isGone: boolean) => void node.looks.push(isGone),
    },
    share: {
      ...{ restarting: false, tick: () => node.share(), settled: does('settled') },
      working: (found: AtWork) => ({ ...found, statd: `${found.statd}, as the share says` }),
    },
  } as unknown as Kept;
  const service = exampleService({ capture, ...more });
  const address = new AddressSeen(service, { localAddresses: () => new Set(service.addresses) });
  let beat = () => {};
  const timers = t.capture(globalThis, 'setInterval', (act: () => void) => {
    beat = act;
  });
  let beats = 0;
  const localAddresses = () => new Set(service.addresses);
  const atWork = async () => {
    node.looksAtWork += 1;
    return node.atWork;
  };
  const surroundings = { atWork, localAddresses, countLocks: async () => ({ all: 7, own: 5 }) };
  const pulse = new Pulse({
    ...{ service, kept, surroundings, address },
    after: () => {
      beats += 1;
    },
    log: (event) => did.push(event),
  });
  const told = () => {
    const before = did;
    did = [];
    return before;
  };
  return {
    ...{ pulse, node, kept, address, told, timers },
    beats: (number: number) => until(() => beats === number),
    beat: () => beat(),
  };
}

t.test('a beat looks at everything, the first one at once', async (t) => {
  const { pulse, node, address, told, beats, beat } = stage(t);
  pulse.start();
  await beats(1);
  t.same(told(), ['share', 'judge']);
  t.ok(address.seen);
  t.equal(node.looksAtWork, 1, 'processes are looked at once');
  t.same(node.judgedBy, [{ ...node.atWork, statd: 'statd 8, as the share says' }]);
  await until(() => node.looks.length === 1);
  beat();
  await beats(2);
  t.same(told(), ['callout', 'watch', 'share', 'judge']);
  pulse.stop();
});

t.test(
  'where the monitor captures, or another node may claim the service, nothing is captured',
  async (t) => {
    const one = stage(t, 'monitor');
    one.pulse.start();
    await one.beats(1);
    t.same(one.told(), ['share']);
    one.timers.restore();
    const other = stage(t);
    other.pulse.rest();
    other.pulse.start();
    await other.beats(1);
    t.same(other.told(), ['share']);
    t.same(other.node.looks, [], 'nor is the store got ready for it');
  },
);

t.test('a beat that waits is not begun again; the callout and the watch do not wait for it', async (t) => {
  const { pulse, node, told, beats, beat } = stage(t);
  let go = () => {};
  node.share = () =>
    new Promise<void>((resolve) => {
      go = resolve;
    });
  pulse.start();
  beat();
  beat();
  t.same(told(), ['callout', 'watch', 'callout', 'watch']);
  go();
  await beats(1);
  t.same(told(), ['judge']);
});

t.test('a beat that fails is told, and followed by others', async (t) => {
  const { pulse, node, told, beats, beat } = stage(t);
  const share = node.share;
  node.share = () => Promise.reject(new Error('EIO'));
  pulse.start();
  await until(() => told().includes('tick-failed'));
  node.share = share;
  beat();
  await beats(1);
});

t.test('a service that has another owner is captured no more, and never again its own', async (t) => {
  const { pulse, node, told, beats, beat } = stage(t);
  node.standing = () => Promise.reject(new Error('EIO'));
  pulse.start();
  await beats(1);
  t.ok(pulse.owner, 'nobody could be asked');
  t.same(node.looks, []);
  node.standing = async () => 'claimed';
  told();
  beat();
  await until(() => !pulse.owner);
  await beats(2);
  const did = told();
  t.ok(did.includes('end') && did.includes('abort') && did.includes('lost'));
  node.standing = async () => 'ours';
  beat();
  await beats(3);
  t.notOk(pulse.owner);
  const after = told();
  t.notOk(after.includes('judge'));
  t.notOk(after.includes('lost'), 'which is said once');
});

t.test('a store that somebody has removed is still its own, and to be written anew', async (t) => {
  const { pulse, node, told, beats } = stage(t);
  node.standing = async () => 'gone';
  pulse.start();
  await beats(1);
  await until(() => node.looks.length === 1);
  t.same(node.looks, [true]);
  t.ok(pulse.owner);
  t.same(told(), ['share', 'judge']);
});

t.test('another rpc.statd is written down; another lock manager has clients to be told', async (t) => {
  const { pulse, node, kept, told, beats, beat } = stage(t);
  node.atWork = { lockManager: lockManager(7), statd: 'statd 9' };
  pulse.start();
  await beats(1);
  t.same(told(), ['share', 'holder', 'judge']);
  node.atWork = { lockManager: lockManager(10), statd: 'statd 8' };
  Object.assign(kept.recovering, { running: false, failed: true });
  beat();
  await beats(2);
  const did = told().slice(3);
  t.same(did.slice(0, 4), ['lock-manager-restarted', 'break off', 'recovery-begun', 'holder']);
  t.same(did.slice(4), ['settled', 'judge'], 'and there is nobody');
});

t.test('a recovery that failed is begun again, unless it had ended', async (t) => {
  const { pulse, kept, told, beats, beat } = stage(t);
  Object.assign(kept.recovering, { running: false, failed: true });
  pulse.start();
  await beats(1);
  t.same(told(), ['share', 'settled', 'judge'], 'nobody is to be told any more');
  const client = { name: 'client', modified: 0, records: [] } as unknown as StoredFile;
  (kept.store.state.inherited as Map<string, StoredFile>).set('client', client);
  beat();
  await beats(2);
  t.same(told().slice(2), ['share', 'begin', 'settled', 'judge']);
  kept.recovering.begin = () => Promise.reject(new Error('no room'));
  beat();
  await beats(3);
  t.same(told().slice(2), ['share', 'recovery-failed', 'settled', 'judge'], 'the beat goes on');
});

t.test(
  'where grace is to end early, it is noted how many locks there are; not while clients recover',
  async (t) => {
    const { pulse, kept, told, beats, beat, node } = stage(t, 'watch', {
      graceEnd: 'settled',
      exports: ['/srv/a'],
    });
    node.atWork = { lockManager: lockManager(7, 'kernel'), statd: 'statd 8' };
    Object.assign(kept.store.state, { holder: { ...HOLDER, lockManager: 'kernel:7:1', statd: 'statd 8' } });
    pulse.start();
    await beats(1);
    t.same(told(), ['share', 'judge']);
    Object.assign(kept.recovering, { running: false });
    beat();
    await beats(2);
    t.same(told().slice(2), ['share', 'settled', 'locks', 'judge']);
  },
);
