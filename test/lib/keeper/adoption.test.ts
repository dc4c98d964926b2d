import { appendFileSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Picture } from '../../../lib/capture/index.ts';
import { type Adoption, adopt, isRestartInPlace, takeOver } from '../../../lib/keeper/adoption.ts';
import type { LockManager } from '../../../lib/node/lock-manager.ts';
import type { Service } from '../../../lib/node/service.ts';
import { encodeEntry } from '../../../lib/store/entry.ts';
import type { Base, StoreState } from '../../../lib/store/index.ts';
import { journalName } from '../../../lib/store/journal-name.ts';
import { stateFrom } from '../../../lib/store/reducer.ts';
import { exampleService } from '../../support/example-service.ts';
import { lineOf, lockdsLineOf, smDirectory } from '../capture/sm-directory.ts';
import { fileOf, HOLDER } from '../store/arbitraries.ts';
import { ExampleNode, lockManager } from './example-surroundings.ts';

const ELSEWHERE = { ...HOLDER, node: 'n2', bootId: 'boot-2' };
const STARTED = 1_700_000_000_000;
const LOCK_MANAGER: LockManager = { kind: 'kernel', identity: 'lockd 7', startedAt: STARTED };

function former(base: Partial<Base> = {}, holder = HOLDER): StoreState {
  const nothing: Base = { current: [], inherited: [], ledger: [], stateNumber: 5 };
  return stateFrom(
    { service: 'nfs-a', format: 'record', epoch: 1, holder, since: 1 },
    { ...nothing, ...base },
  );
}

/** A picture of a statd directory with files in `sm/` that were written at these times, and files in `sm.bak/`. */
function pictureOf(t: Test, sm: Readonly<Record<string, number>>, bak: readonly string[] = []): Picture {
  const directory = smDirectory(t.testdir({}));
  for (const [name, modified] of Object.entries(sm)) {
    const path = join(directory.sm, name);
    writeFileSync(path, lineOf(name));
    utimesSync(path, modified / 1000, modified / 1000);
  }
  for (const name of bak) writeFileSync(join(directory.smBak, name), lineOf(name));
  return new Picture({ directory });
}

/** What the store holds where the last recovery ended at this time. */
function recovered(recoveryEnded: number, holder = ELSEWHERE): StoreState {
  return former({ recoveryEnded }, holder);
}

/** Names of files, for comparison. */
function summary({ base, present, written, inPlace }: Adoption) {
  const names = (files: Iterable<{ name: string }>) => [...files].map(({ name }) => name).sort();
  const { current, inherited, stateNumber } = base;
  return {
    ...{ current: names(current), inherited: names(inherited), present: names(present) },
    written: names(written),
    ...{ stateNumber, inPlace },
  };
}

t.test('in place: the same node, boot and lock manager, and no lock released', async (t) => {
  t.equal(isRestartInPlace(null, HOLDER), false);
  t.equal(isRestartInPlace(former(), HOLDER), true);
  t.equal(isRestartInPlace(former(), { ...HOLDER, statd: 'statd 9' }), true, 'statd keeps no lock');
  for (const other of [{ node: 'n2' }, { bootId: 'boot-2' }, { lockManager: 'lockd 8' }]) {
    t.equal(isRestartInPlace(former(), { ...HOLDER, ...other }), false, JSON.stringify(other));
  }
  t.equal(isRestartInPlace({ ...former(), ended: { at: 1, released: false } }, HOLDER), true);
  t.equal(isRestartInPlace({ ...former(), ended: { at: 1, released: true } }, HOLDER), false);
});

t.test('the first start ever leaves the clients of the node alone', async (t) => {
  const picture = pictureOf(t, { old: STARTED - 60_000, new: STARTED + 1000 }, ['moved']);
  t.same(summary(await adopt(null, HOLDER, LOCK_MANAGER, picture)), {
    ...{ current: ['new', 'old'], inherited: [], present: ['new'], stateNumber: null, inPlace: false },
    written: [],
  });
});

t.test('a restart in place goes on, and takes what came meanwhile', async (t) => {
  const current = [fileOf('a', STARTED - 2001), fileOf('c', STARTED - 2000)];
  const state = former({ current, inherited: [fileOf('b')] });
  const picture = pictureOf(t, { old: STARTED - 60_000, new: STARTED + 1000 }, ['moved']);
  t.same(summary(await adopt(state, HOLDER, LOCK_MANAGER, picture)), {
    ...{ current: ['a', 'c', 'new', 'old'], inherited: ['b'], present: ['c'], stateNumber: 5, inPlace: true },
    written: ['new'],
  });
});

t.test('in place, only who was written anew in a file of several has come meanwhile', async (t) => {
  const [x, y] = [lockdsLineOf('x', '1'), lockdsLineOf('y', '2')];
  const picture = pictureOf(t, { shared: STARTED + 1000 });
  const path = join(picture.directory.sm, 'shared');
  writeFileSync(path, x + y);
  const current = (await new Picture({ directory: picture.directory }).look()).captured;
  writeFileSync(path, y + lockdsLineOf('x', '3'));
  const after = new Picture({ directory: picture.directory, known: current });
  const { base, written } = await adopt(former({ current }), HOLDER, LOCK_MANAGER, after);
  t.same(
    written.flatMap(({ records }) => records.map(({ monName }) => monName)),
    ['x'],
  );
  t.match([...base.current].at(-1)?.records, [{ monName: 'y' }, { monName: 'x' }], 'all of it is captured');
});

t.test('another node takes over everybody; who has locks here by now is present', async (t) => {
  const state = former({ current: [fileOf('a')], inherited: [fileOf('b')] }, ELSEWHERE);
  const times = { stale: STARTED - 2001, slack: STARTED - 2000, a: STARTED + 1000 };
  const adoption = await adopt(state, HOLDER, LOCK_MANAGER, pictureOf(t, times, ['moved']));
  t.same(summary(adoption), {
    ...{ current: ['a', 'slack', 'stale'], inherited: ['a', 'b', 'moved', 'stale'] },
    ...{ present: ['a', 'slack'], written: [], stateNumber: 5, inPlace: false },
  });
  t.same([...adoption.base.ledger].map(({ client, phase }) => `${client} ${phase}`).sort(), [
    'a recorded',
    'b recorded',
  ]);
});

t.test('without a lock manager nobody is present: no lock is held here', async (t) => {
  const picture = pictureOf(t, { new: STARTED + 1000 });
  t.match(summary(await adopt(former({}, ELSEWHERE), HOLDER, null, picture)), {
    ...{ present: [], inherited: ['new'] },
  });
});

t.test('who missed the last recovery is neither told nor kept for what was written before', async (t) => {
  const ended = STARTED - 30_000;
  const times = { missed: ended - 2001, doubtful: ended - 2000, later: ended + 1000, now: STARTED };
  const bak = (picture: Picture) => {
    for (const [name, modified] of [['gone', ended - 2001] as const, ['moved', ended + 1000] as const]) {
      const path = join(picture.directory.smBak, name);
      writeFileSync(path, lineOf(name));
      utimesSync(path, modified / 1000, modified / 1000);
    }
    return picture;
  };
  const sm = () => bak(pictureOf(t, times));
  const adoption = await adopt(recovered(ended), HOLDER, LOCK_MANAGER, sm());
  t.match(summary(adoption), {
    ...{ current: ['doubtful', 'later', 'now'], inherited: ['doubtful', 'later', 'moved'] },
    ...{ present: ['now'], inPlace: false },
  });
  t.equal(adoption.base.recoveryEnded, ended, 'the next owner knows it, too');
  t.match(summary(await adopt(recovered(ended, HOLDER), HOLDER, LOCK_MANAGER, sm())), {
    ...{ current: ['doubtful', 'later', 'now'], inherited: [], inPlace: true },
  });
  const known = former({ recoveryEnded: ended, current: [fileOf('missed', ended - 2001)] }, ELSEWHERE);
  t.match(
    summary(await adopt(known, HOLDER, LOCK_MANAGER, sm())).inherited,
    ['doubtful', 'later', 'missed', 'moved'],
    'the former owner had a record of it',
  );
  const damage = [{ file: 'epoch-00000001.0001.journal', line: 3, reason: 'checksum does not match' }];
  t.match(
    summary(await adopt({ ...recovered(ended), damage }, HOLDER, LOCK_MANAGER, sm())).inherited,
    ['doubtful', 'gone', 'later', 'missed', 'moved'],
    'a damaged store may have lost one that came back',
  );
  const running = { ...LOCK_MANAGER, startedAt: ended - 60_000 };
  t.match(
    summary(await adopt(recovered(ended), HOLDER, running, sm())),
    { current: ['doubtful', 'later', 'missed', 'now'], present: ['doubtful', 'later', 'missed', 'now'] },
    'its lock manager runs on: it may have new locks without a new line',
  );
});

t.test('where there is nobody to tell, whoever was not recorded in time has missed it', async (t) => {
  const began = Date.now();
  const { base } = await adopt(former({}, ELSEWHERE), HOLDER, null, pictureOf(t, {}));
  t.ok((base.recoveryEnded ?? 0) >= began);
  const somebody = former({ current: [fileOf('a')] }, ELSEWHERE);
  t.equal((await adopt(somebody, HOLDER, null, pictureOf(t, {}))).base.recoveryEnded, null);
});

t.test('the store is taken over, from whoever had it', async (t) => {
  const root = t.testdir({ store: {} });
  const directory = smDirectory(join(root, 'statd'), { client: lineOf('client') });
  const service = exampleService({ sharedDir: join(root, 'store') });
  const surroundings = new ExampleNode().surroundings();
  const first = await takeOver(service, directory, surroundings);
  t.match(first, { from: null, inPlace: false, present: [], store: { state: { epoch: 1 } } });
  t.equal(first.before, first.store.state.holder, 'nobody was at work before');
  await first.store.close();
  const second = await takeOver(service, directory, surroundings);
  t.match(second, { from: hostname(), inPlace: true, store: { state: { epoch: 2 } } });
  t.same([...second.store.state.current.keys()], ['client']);
  t.same(second.before, first.store.state.holder);
  await second.store.commit([{ type: 'ended', at: Date.now(), released: true }]);
  await second.store.close();
  const third = await takeOver(service, directory, surroundings);
  t.match(third, { inPlace: false }, 'its locks were released, nothing else has changed');
  t.same([...third.store.state.current.keys()], ['client'], 'its line lies in sm/ still');
  await third.store.close();
});

t.test('in place, how a client went that is not there nobody can tell: it is not absent', async (t) => {
  const root = t.testdir({ store: {} });
  const directory = smDirectory(join(root, 'statd'), { client: lineOf('client'), gone: lineOf('gone') });
  const service = exampleService({ sharedDir: join(root, 'store') });
  const surroundings = new ExampleNode().surroundings();
  const first = await takeOver(service, directory, surroundings);
  await first.store.close();
  unlinkSync(join(directory.sm, 'gone'));
  const { store, picture, inPlace } = await takeOver(service, directory, surroundings);
  t.equal(inPlace, true);
  t.same([...store.state.current.keys()].sort(), ['client', 'gone']);
  t.same((await picture.look()).absent, []);
  await store.close();
});

t.test('what was damaged in the store is told', async (t) => {
  const root = t.testdir({ store: {} });
  const directory = smDirectory(join(root, 'statd'));
  const service = exampleService({ sharedDir: join(root, 'store') });
  const surroundings = new ExampleNode().surroundings();
  const first = await takeOver(service, directory, surroundings);
  t.same(first.damage, []);
  await first.store.close();
  const file = journalName({ epoch: 1, generation: 1 });
  appendFileSync(join(root, 'store', file), `rubbish\n${encodeEntry({ type: 'number', number: 9 })}`);
  const second = await takeOver(service, directory, surroundings);
  t.same(second.damage, [{ file, line: 4, reason: 'checksum does not match' }]);
  await second.store.close();
});

t.test('locks that somebody else released are no restart in place', async (t) => {
  const root = t.testdir({ store: {} });
  const directory = smDirectory(join(root, 'statd'), { client: lineOf('client') });
  const exports = ['/srv/a/one', '/srv/a/two'];
  const service = exampleService({ sharedDir: join(root, 'store'), exports });
  const node = new ExampleNode();
  node.lockManager = lockManager(7, 'kernel');
  const counted: unknown[] = [];
  const counts = (answer: () => Promise<number | null>) => async (asked: readonly string[]) => {
    counted.push(asked);
    return answer();
  };
  const restart = async (more: Partial<Service> = {}) => {
    const { store, inPlace } = await takeOver({ ...service, ...more }, directory, node.surroundings());
    await store.commit([{ type: 'ended', at: Date.now(), released: false }]);
    const inherited = [...store.state.inherited.keys()];
    await store.close();
    return { inPlace, inherited };
  };
  const inPlace = { inPlace: true, inherited: [] };
  await restart();
  const { locksUnder: none } = node;
  node.locksUnder = counts(async () => 1);
  t.same(await restart(), inPlace, 'there are locks');
  node.locksUnder = counts(() => Promise.reject(new Error('EIO')));
  t.same(await restart(), inPlace, 'it cannot be seen');
  node.locksUnder = counts(async () => null);
  t.same(await restart(), inPlace, 'an export is not there');
  t.same(counted, [exports, exports, exports]);
  node.locksUnder = counts(() => none([]));
  node.addresses.add('192.0.2.1');
  t.same(await restart(), inPlace, 'an address is here');
  node.addresses.clear();
  t.equal(counted.length, 3, 'where there is no telling, nothing is counted');
  t.same(await restart(), { inPlace: false, inherited: ['client'] });
});

t.test('where no exports are named, all locks of the node are looked at', async (t) => {
  const root = t.testdir({ store: {} });
  const directory = smDirectory(join(root, 'statd'), { client: lineOf('client') });
  const service = exampleService({ sharedDir: join(root, 'store'), exports: [] });
  const node = new ExampleNode();
  node.lockManager = lockManager(7, 'kernel');
  node.locksUnder = async ({ length }) => (length === 0 ? 1 : 0);
  for (const inPlace of [false, true, false]) {
    const { store, ...found } = await takeOver(service, directory, node.surroundings());
    t.equal(found.inPlace, inPlace);
    await store.close();
    if (inPlace) node.locksUnder = async () => 0;
  }
});

t.test('NFS-Ganesha does not list its locks, and who has no clients has none', async (t) => {
  const root = t.testdir({ store: {} });
  const directory = smDirectory(join(root, 'statd'));
  const service = exampleService({ sharedDir: join(root, 'store'), exports: ['/srv/a'] });
  const node = new ExampleNode();
  for (const [kind, name] of [
    ['kernel', null],
    ['ganesha', 'client'],
  ] as const) {
    if (name !== null) writeFileSync(join(directory.sm, name), lineOf(name));
    node.lockManager = lockManager(7, kind);
    const first = await takeOver(service, directory, node.surroundings());
    await first.store.close();
    const second = await takeOver(service, directory, node.surroundings());
    t.equal(second.inPlace, true, kind);
    await second.store.close();
  }
});
