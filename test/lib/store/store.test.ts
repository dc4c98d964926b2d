import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { type Disk, REAL_DISK } from '../../../lib/store/disk.ts';
import {
  type Base,
  type Change,
  claimEpoch,
  readStore,
  type Store,
  type StoreState,
} from '../../../lib/store/index.ts';
import { journalName } from '../../../lib/store/journal-name.ts';
import { copied, inFormat, type RecordFormat } from '../../../lib/store/record-format.ts';
import { applyChange, stateFrom } from '../../../lib/store/reducer.ts';
import { change, file, fileOf, HOLDER, ledgerEntry } from './arbitraries.ts';
import { shakyDisk, watchedDisk } from './shaky-disk.ts';

const EMPTY: Base = { current: [], inherited: [], ledger: [], stateNumber: null };
const claimant = { service: 'nfs-a', format: 'record' as const, epoch: 1, holder: HOLDER, since: 1000 };
const journal = (generation: number, epoch = 1) => journalName({ epoch, generation });
const captured = (name: string): Change => ({ type: 'captured', file: fileOf(name) });

async function openStore(dir: string, base: Base = EMPTY, more: object = {}): Promise<Store> {
  const claim = await claimEpoch({ dir, service: 'nfs-a', holder: HOLDER, now: () => 1000, ...more });
  return claim.establish(base);
}

/** A state without what only reading it can tell, nor what only writing it needs. */
function plain({ damage: _, torn: __, ...state }: StoreState): object {
  const { service, epoch, holder, since, stateNumber, ended } = state;
  const maps = [state.current, state.inherited, state.ledger].map((map) => [...map].sort());
  return JSON.parse(JSON.stringify({ service, epoch, holder, since, stateNumber, ended, maps }));
}

t.test('what is committed is in the state and in the journal, in order', async (t) => {
  const dir = t.testdir({});
  const store = await openStore(dir);
  await store.commit([captured('a'), captured('b'), { type: 'removed', name: 'a' }]);
  t.same([...store.state.current.keys()], ['b']);
  t.same(plain(await readStore(dir)), plain(store.state));
  const text = readFileSync(join(dir, journal(1)), 'latin1');
  t.match(text, /^([0-9a-f]{8} \{"type":"[a-z-]+".*\}\n)+$/, 'lines that people can read');
  t.equal(await store.isOwner(), true);
  await store.checkAccess();
  chmodSync(join(dir, journal(1)), 0o620);
  await t.rejects(store.checkAccess(), { code: 'not-ours' });
  await store.setRoomAside();
  t.ok(statSync(join(dir, 'ballast')).size > 0);
  await store.close();
  await t.rejects(store.commit([captured('c')]), { code: 'failed', message: 'the lock store is closed' });
});

t.test('what somebody has removed or moved away is written anew with all that is known', async (t) => {
  const root = t.testdir({});
  const dir = join(root, 'store');
  const store = await openStore(dir, { ...EMPTY, stateNumber: 5, lockCount: 3 });
  await store.commit([captured('a'), { type: 'ended', at: 9, released: false }]);
  const ways: Record<string, () => void> = {
    journal: () => rmSync(join(dir, readdirSync(dir).find((name) => name !== 'ballast') as string)),
    directory: () => rmSync(dir, { recursive: true }),
    moved: () => renameSync(dir, join(root, 'elsewhere')),
    replaced: () => {
      const path = join(
        dir,
        readdirSync(dir)
          .filter((name) => name.endsWith('.journal'))
          .at(-1) as string,
      );
      writeFileSync(`${path}.new`, readFileSync(path).subarray(0, -40), { mode: 0o600 });
      renameSync(`${path}.new`, path);
    },
  };
  for (const [what, go] of Object.entries(ways)) {
    go();
    t.equal(await store.standing(), 'gone', what);
    t.notOk(await store.isOwner());
    await store.restore();
    t.equal(await store.standing(), 'ours');
    t.same(plain(await readStore(dir)), plain(store.state));
    await store.commit([captured(what)]);
    t.ok((await readStore(dir)).current.has(what));
    t.equal((await readStore(dir)).lockCount, 3);
  }
  const before = readdirSync(dir);
  await store.restore();
  t.same(readdirSync(dir), before, 'what is there is left');
  const claim = await claimEpoch({ dir, service: 'nfs-a', holder: HOLDER });
  await store.restore();
  t.equal(await store.standing(), 'claimed');
  await claim.abandon();
  rmSync(dir, { recursive: true });
  await store.close();
  await store.restore();
  t.notOk(existsSync(dir), 'nor is what was closed');
});

t.test('the journal is not written anew on another file system than the store is on', async (t) => {
  const dir = t.testdir({});
  let unmounted = false;
  const disk: Disk = {
    ...REAL_DISK,
    lstat: async (path) => {
      const stats = await REAL_DISK.lstat(path);
      return unmounted ? Object.assign(stats, { dev: Number(stats.dev) + 1 }) : stats;
    },
  };
  const store = await openStore(dir, EMPTY, { slack: 2, disk });
  unmounted = true;
  for (let n = 0; n < 20; n += 1) await store.commit([{ type: 'removed', name: `x${n}` }]);
  t.same(readdirSync(dir), [journal(1)]);
  unmounted = false;
  for (let n = 0; n < 20; n += 1) await store.commit([{ type: 'removed', name: `x${n}` }]);
  await store.close();
  t.ok(readdirSync(dir).length > 1, 'it is written anew once that is back');
});

t.test('any commits, written anew at any time, read back as the state that their owner had', async (t) => {
  const dir = t.testdir({});
  const base = fc.record({
    ...{ current: fc.array(file), inherited: fc.array(file), ledger: fc.array(ledgerEntry) },
    stateNumber: fc.option(fc.integer({ min: 1, max: 0x7fff_ffff })),
  });
  const kept = (format: RecordFormat, one: Change): Change =>
    one.type === 'captured' ? { ...one, file: inFormat(format, one.file) } : one;
  await fc.assert(
    fc.asyncProperty(
      base,
      fc.array(fc.array(change, { maxLength: 5 })),
      fc.nat(20),
      fc.constantFrom<RecordFormat>('record', 'copy'),
      async (from, batches, slack, format) => {
        const store = await openStore(join(dir, format), from, { slack, format });
        const expected = stateFrom({ ...claimant, format, epoch: store.state.epoch }, from);
        for (const changes of batches) {
          await store.commit(changes);
          for (const one of changes) applyChange(expected, kept(format, one));
        }
        const live = plain(store.state);
        await store.close();
        t.same(live, plain(expected));
        t.same(plain(await readStore(join(dir, format))), live);
      },
    ),
    { numRuns: 120 },
  );
});

t.test('commits that come together go together: one write, one fdatasync', async (t) => {
  const calls: string[] = [];
  const store = await openStore(t.testdir({}), EMPTY, { disk: shakyDisk((call) => void calls.push(call)) });
  calls.length = 0;
  await Promise.all([store.commit([captured('a')]), store.commit([captured('b'), captured('c')])]);
  t.same(calls, ['write', 'datasync']);
  t.equal(store.state.current.size, 3);
  await store.close();
});

t.test('one call at a time, whatever goes on: a hung file system holds one thread', async (t) => {
  let running = 0;
  let most = 0;
  const counting = watchedDisk(async (_call, _path, step) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise(setImmediate);
    return step().finally(() => {
      running -= 1;
    });
  });
  const store = await openStore(t.testdir({}), EMPTY, { disk: counting, slack: 3 });
  const names = Array.from({ length: 30 }, (_, index) => `c${index % 3}`);
  await Promise.all([...names.map((name) => store.commit([captured(name)])), store.isOwner()]);
  for (const name of names) await store.commit([captured(name)]);
  await store.close();
  t.equal(most, 1);
});

t.test(
  'a journal that has grown is written anew, and the one before is kept for one generation',
  async (t) => {
    const dir = t.testdir({});
    const store = await openStore(dir, EMPTY, { slack: 10 });
    for (let round = 0; round < 100; round++) await store.commit([captured('a')]);
    await store.close();
    const journals = readdirSync(dir);
    t.equal(journals.length, 2);
    t.ok(
      journals.every((name) => statSync(join(dir, name)).size < 10_000),
      'it does not grow for ever',
    );
    t.same(plain(await readStore(dir)), plain(store.state));
  },
);

t.test('while it is written anew commits go on, durable in the old one, and are carried over', async (t) => {
  const dir = t.testdir({});
  const store = await openStore(dir, EMPTY, { slack: 1 });
  for (const name of ['a', 'a', 'a', 'b']) await store.commit([captured(name)]);
  await store.commit([captured('c'), { type: 'removed', name: 'a' }]);
  await store.close();
  t.match(
    readFileSync(join(dir, journal(1)), 'latin1'),
    /"name":"c"/,
    'durable before the new one is complete',
  );
  t.match(readFileSync(join(dir, journal(2)), 'latin1'), /"meanwhile","change":\{"type":"captured"/);
  t.same([...(await readStore(dir)).current.keys()], ['b', 'c']);
});

t.test('a compaction that fails disturbs nobody, leaves nothing, and is tried again later', async (t) => {
  const dir = t.testdir({});
  let full = true;
  const disk = shakyDisk((call, path) => {
    return full && call === 'write' && !path.endsWith(journal(1)) ? 'ENOSPC' : undefined;
  });
  const store = await openStore(dir, EMPTY, { disk, slack: 5 });
  for (let round = 0; round < 9; round++) await store.commit([captured('a')]);
  await store.isOwner();
  t.same(readdirSync(dir), [journal(1)]);
  full = false;
  for (let round = 0; round < 30; round++) await store.commit([captured('a')]);
  await store.close();
  t.equal(readdirSync(dir).length, 2);
  t.same([...(await readStore(dir)).current.keys()], ['a']);
});

t.test('a commit that fails does not count, and the next one does', async (t) => {
  for (const call of ['write', 'datasync']) {
    const dir = t.testdir({ [call]: {} });
    let broken = '';
    const store = await openStore(join(dir, call), EMPTY, {
      disk: shakyDisk((one) => (one === broken ? 'EIO' : undefined)),
    });
    await store.commit([captured('a')]);
    broken = call;
    const both = [store.commit([captured('lost')]), store.commit([captured('lost too')])];
    for (const one of both) await t.rejects(one, { code: 'failed', message: /\(EIO\)/ });
    await t.rejects(store.commit([captured('lost again')]), { code: 'failed' }, 'nor while it is broken');
    t.same([...store.state.current.keys()], ['a']);
    broken = '';
    await store.commit([captured('b')]);
    const read = await readStore(join(dir, call));
    t.same([...read.current.keys()], ['a', 'b'], `${call}: nothing glues to what failed`);
    t.same([read.damage, read.torn], [[], []]);
    await store.close();
  }
});

t.test('after a failed fsync nothing more goes into that journal', async (t) => {
  const dir = t.testdir({});
  let broken = false;
  const disk = shakyDisk((call) => (broken && call === 'datasync' ? 'EIO' : undefined));
  const store = await openStore(dir, { ...EMPTY, current: [fileOf('a')] }, { disk });
  broken = true;
  await t.rejects(store.commit([{ type: 'removed', name: 'a' }]));
  broken = false;
  await store.commit([captured('b')]);
  t.same(readdirSync(dir), [journal(1), journal(2)]);
  t.same([...(await readStore(dir)).current.keys()], ['a', 'b']);
  await store.close();
});

t.test(
  'a failed fsync while it is being written anew: that generation is given up for one more',
  async (t) => {
    const dir = t.testdir({});
    let next: Promise<void> | undefined;
    let armed = false;
    const disk = shakyDisk((call, path) => {
      if (!armed || call !== 'datasync' || !path.endsWith(journal(1))) return undefined;
      next ??= store.commit([captured('c')]);
      return 'EIO';
    });
    const store = await openStore(dir, { ...EMPTY, current: [fileOf('z')] }, { disk, slack: 1 });
    for (const _ of '1234') await store.commit([captured('a')]);
    armed = true;
    await t.rejects(store.commit([captured('b')]), { code: 'failed' });
    await next;
    await store.close();
    t.same(readdirSync(dir), [journal(1), journal(3)]);
    t.same([...store.state.current.keys()], ['z', 'a', 'c']);
    t.same(plain(await readStore(dir)), plain(store.state));
  },
);

t.test('somebody else writing in our epoch is found out', async (t) => {
  const dir = t.testdir({});
  let broken = false;
  const store = await openStore(dir, EMPTY, {
    disk: shakyDisk((call) => (broken && call === 'datasync' ? 'EIO' : undefined)),
  });
  writeFileSync(join(dir, journal(2)), '');
  broken = true;
  await t.rejects(store.commit([captured('a')]));
  broken = false;
  await t.rejects(store.commit([captured('a')]), {
    code: 'not-ours',
    message: /generation 2 is there already/,
  });
  await store.commit([captured('a')]);
  t.same([...(await readStore(dir)).current.keys()], ['a']);
  await store.close();
});

t.test('each format keeps what is captured in its own way, through changes of generation, too', async (t) => {
  const bytes = 'junk\n0100007F 000186B5 00000003 00000010 0123456789ABCDEF0123456789ABCDEF caf\xe9 n1\ncut';
  const one = copied('c', 5, bytes);
  for (const format of ['record', 'copy'] as const) {
    const dir = t.testdir({});
    const store = await openStore(dir, EMPTY, { format, slack: 2 });
    for (let turn = 0; turn < 20; turn++) await store.commit([{ type: 'captured', file: one }]);
    await store.close();
    const held = { ...one, copy: format === 'copy' ? bytes : null };
    t.same(store.state.current.get('c'), held);
    const read = await readStore(dir);
    t.same([read.format, read.current.get('c')], [format, held]);
    const newest = String(readdirSync(dir).sort().at(-1));
    t.not(newest, journal(1));
    const text = readFileSync(join(dir, newest), 'latin1');
    t.equal(/"copy":"junk\\n0100007F/.test(text), format === 'copy');
    t.equal(/"records":\[\{"caller":"0100007f"/.test(text), format === 'record');
  }
});

t.test('killed at any call of the file system, no acknowledged change is missing', async (t) => {
  const top = t.testdir({});
  for (let limit = 0; ; limit++) {
    let calls = 0;
    const disk = shakyDisk(() => (calls++ >= limit ? 'EKILLED' : undefined));
    const dir = join(top, String(limit));
    const acknowledged = new Set<string>();
    const run = async () => {
      for (const epoch of [1, 2]) {
        const claim = await claimEpoch({ dir, service: 'nfs-a', holder: HOLDER, disk, slack: 2 });
        const store = await claim.establish({ ...EMPTY, current: claim.former?.current.values() ?? [] });
        for (let turn = 0; turn < 6; turn++) {
          await store.commit([captured('again'), captured(`${epoch}-${turn % 4}`)]);
          acknowledged.add(`${epoch}-${turn % 4}`);
        }
        await store.close();
      }
    };
    const finished = await run().then(
      () => true,
      () => false,
    );
    if (acknowledged.size > 0) {
      const found = await readStore(dir);
      for (const name of acknowledged)
        if (!found.current.has(name)) t.fail(`call ${limit}: ${name} is missing`);
    }
    if (finished && calls <= limit) {
      t.ok(limit > 50, `${limit} places to die were tried`);
      break;
    }
  }
});
