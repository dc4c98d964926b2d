import { chmodSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { formatMonitorFile } from '../../../lib/nsm/monitor-file.ts';
import { REAL_DISK } from '../../../lib/store/disk.ts';
import {
  adopted,
  type Base,
  claimEpoch,
  readStore,
  resumed,
  type StoreState,
} from '../../../lib/store/index.ts';
import { journalName } from '../../../lib/store/journal-name.ts';
import { encodeLine } from '../../../lib/store/line.ts';
import { copied } from '../../../lib/store/record-format.ts';
import { fileOf, HOLDER, recordOf } from './arbitraries.ts';
import { shakyDisk, watchedDisk } from './shaky-disk.ts';

const LINE = formatMonitorFile([recordOf('192.0.2.1')]).toString('latin1');
const EMPTY: Base = { current: [], inherited: [], ledger: [], stateNumber: null };
const first = journalName({ epoch: 1, generation: 1 });
const claim = (dir: string, more: object = {}) => {
  return claimEpoch({ dir, service: 'nfs-a', holder: HOLDER, now: () => 1000, ...more });
};

t.test('a new store: the directory is made, the first epoch claimed, and nothing was left', async (t) => {
  const dir = join(t.testdir({}), 'store');
  const claimed = await claim(dir);
  t.same([claimed.epoch, claimed.former], [1, null]);
  const store = await claimed.establish({ ...EMPTY, current: [fileOf('a')], stateNumber: 5 });
  t.match(store.state, {
    service: 'nfs-a',
    epoch: 1,
    holder: HOLDER,
    since: 1000,
    stateNumber: 5,
    ended: null,
  });
  t.ok(await store.isOwner());
  await store.close();
  const read = await readStore(dir);
  t.same([...read.current.values()], [fileOf('a')]);
});

t.test(
  'the next owner reads what was left after its claim, and the one before is owner no more',
  async (t) => {
    const dir = t.testdir({});
    const one = await (await claim(dir)).establish({ ...EMPTY, current: [fileOf('a')] });
    const claimed = await claim(dir, { now: undefined });
    t.equal(claimed.epoch, 2);
    t.same([...(claimed.former?.current.keys() ?? [])], ['a']);
    t.notOk(await one.isOwner(), 'from the claim on');
    await one.commit([{ type: 'captured', file: fileOf('late') }]);
    const two = await claimed.establish(adopted(claimed.former, 2000));
    await one.commit([{ type: 'captured', file: fileOf('later') }]);
    const read = await readStore(dir);
    t.equal(read.epoch, 2);
    t.same(
      [[...read.current.keys()], [...read.inherited.keys()]],
      [[], ['a']],
      'what it writes late counts for nothing',
    );
    await Promise.all([one.close(), two.close()]);
  },
);

t.test('the epoch before stays as a second copy; what is older goes', async (t) => {
  const dir = t.testdir({ 'lost+found': {} });
  for (let epoch = 1; epoch <= 4; epoch++) await (await (await claim(dir)).establish(EMPTY)).close();
  const kept = [3, 4].map((epoch) => journalName({ epoch, generation: 1 }));
  t.same(readdirSync(dir).sort(), [...kept, 'lost+found']);
});

t.test('who comes second to an epoch takes the next one', async (t) => {
  const dir = t.testdir({});
  const claims = await Promise.all([claim(dir), claim(dir), claim(dir)]);
  t.same(claims.map(({ epoch }) => epoch).sort(), [1, 2, 3]);
  const [one, two, three] = claims.sort((a, b) => a.epoch - b.epoch);
  await t.rejects(one?.establish({ ...EMPTY, current: [fileOf('late')] }) ?? t.fail(), { code: 'not-ours' });
  await one?.abandon();
  await two?.abandon();
  await (await three?.establish(EMPTY))?.close();
  t.same([...(await readStore(dir)).current.keys()], []);
});

t.test('a store that is removed before it is established is not had', async (t) => {
  const dir = join(t.testdir({}), 'store');
  const claimed = await claim(dir);
  rmSync(dir, { recursive: true });
  await t.rejects(claimed.establish(EMPTY), {
    code: 'not-ours',
    message: 'lock store was removed meanwhile',
  });
});

t.test('an epoch that was claimed after the list was made is passed over', async (t) => {
  const dir = t.testdir({});
  await claim(dir);
  await claim(dir);
  const blind = { ...REAL_DISK, readdir: async () => [first] };
  t.equal((await claim(dir, { disk: blind })).epoch, 3);
});

t.test('a claim that is given up leaves the store as it was', async (t) => {
  const dir = t.testdir({});
  await (await (await claim(dir)).establish({ ...EMPTY, current: [fileOf('a')] })).close();
  const before = readFileSync(join(dir, first), 'latin1');
  await (await claim(dir)).abandon();
  t.same(readdirSync(dir), [first]);
  t.equal(readFileSync(join(dir, first), 'latin1'), before);
});

t.test('an epoch whose owner died before it was established adds to the one before', async (t) => {
  const dir = t.testdir({});
  await (await (await claim(dir)).establish({ ...EMPTY, current: [fileOf('a')] })).close();
  await claim(dir);
  const third = await claim(dir);
  t.same([third.epoch, third.former?.epoch], [3, 1]);
  const store = await third.establish(adopted(third.former, 1));
  t.equal(readdirSync(dir).length, 3, 'all that was read stays until the next one is established');
  await store.close();
});

t.test('a store of another service, version or owner is refused before anything is written', async (t) => {
  const header = (of: object) =>
    encodeLine({ type: 'header', header: { version: 1, format: 'record', ...of } });
  const other = t.testdir({});
  await (await (await claim(other, { service: 'nfs-b' })).establish(EMPTY)).close();
  const before = readdirSync(other);
  await t.rejects(claim(other), {
    code: 'not-ours',
    facts: { found: 'nfs-b', wanted: 'nfs-a', subject: other },
  });
  t.same(readdirSync(other), before, 'its owner is not disturbed');
  for (const foreign of [{ version: 2 }, { format: 'xml' }]) {
    const dir = t.testdir({ [first]: header(foreign) });
    await t.rejects(claim(dir), { code: 'not-ours', message: /format version/ });
    t.same(readdirSync(dir), [first]);
  }
  const open = t.testdir({});
  chmodSync(open, 0o777);
  await t.rejects(claim(open), { code: 'not-ours', message: /can be written by others/ });
});

t.test(
  'journals that somebody has opened to others are refused, and whole once that is mended',
  async (t) => {
    for (const other of ['newest', 'former']) {
      const dir = t.testdir({});
      await (await (await claim(dir)).establish({ ...EMPTY, current: [fileOf('a')] })).close();
      if (other === 'former') await claim(dir);
      const before = readdirSync(dir);
      chmodSync(join(dir, first), 0o664);
      const disk = watchedDisk((call, _path, step) => {
        if (other === 'newest' && call === 'write') t.fail('an owner would be disturbed');
        return step();
      });
      await t.rejects(claim(dir, { disk }), { code: 'not-ours', facts: { cure: /chmod -R go-w it$/ } });
      t.same(readdirSync(dir), before, 'the claim is taken back');
      chmodSync(join(dir, first), 0o600);
      t.same([...((await claim(dir)).former?.current.keys() ?? [])], ['a']);
    }
  },
);

const ODD = copied('odd', 5, `junk\n${LINE.replace('0100007f', '0100007F')}`);
const FORMATS = [
  ['record', 'copy'],
  ['copy', 'record'],
] as const;

for (const [format, other] of FORMATS) {
  t.test(`a stopped store of format ${format} is refused by whoever wants ${other}`, async (t) => {
    const dir = t.testdir({});
    const store = await (await claim(dir, { format })).establish({ ...EMPTY, current: [ODD] });
    await store.commit([{ type: 'ended', at: 7, released: false }]);
    await store.close();
    const before = readFileSync(join(dir, first), 'latin1');
    await t.rejects(claim(dir, { format: other }), {
      code: 'not-ours',
      message:
        `lock store has format ${format}, not ${other}: ` +
        `start with record_format=${format}, then change it while the service runs`,
      facts: { found: format, wanted: other, subject: dir },
    });
    t.same(readdirSync(dir), [first], 'the claim is taken back');
    t.equal(readFileSync(join(dir, first), 'latin1'), before);
    const again = await claim(dir, { format });
    t.equal(again.former?.format, format, 'with its own format it can be had');
  });

  t.test(`a store of format ${format} whose owner did not stop goes on as ${other}`, async (t) => {
    const dir = t.testdir({});
    const base = { ...EMPTY, current: [ODD], inherited: [fileOf('192.0.2.7')], stateNumber: 9 };
    await (await (await claim(dir, { format })).establish(base)).close();
    const dies = await claim(dir, { format: other });
    t.equal(dies.former?.format, format);
    const next = await claim(dir, { format: other });
    t.equal(next.former?.format, format, 'the former epoch counts until the new one is complete');
    const store = await next.establish(resumed(next.former as StoreState));
    await store.close();
    const read = await readStore(dir);
    t.equal(read.format, other);
    t.match([...read.current.values()], [{ name: 'odd', records: ODD.records, malformed: ['junk'] }]);
    t.match([...read.inherited.values()], [{ records: [{ monName: '192.0.2.7' }] }]);
    t.equal(read.stateNumber, 9);
    const copies = [...read.current.values(), ...read.inherited.values()].map(({ copy }) => copy);
    // Where there were only records, the copy is what statd would have written.
    const made = [`${LINE}junk\n`, LINE.replace('192.0.2.1', '192.0.2.7')];
    t.same(copies, other === 'copy' ? made : [null, null]);
  });
}

t.test('killed at any call of the file system, a change of format loses nobody', async (t) => {
  const top = t.testdir({});
  for (const [format, other] of FORMATS) {
    for (let limit = 0, finished = false; !finished; limit++) {
      let calls = 0;
      const disk = shakyDisk(() => (calls++ >= limit ? 'EKILLED' : undefined));
      const dir = join(top, `${format}-${limit}`);
      await (await (await claim(dir, { format })).establish({ ...EMPTY, current: [ODD] })).close();
      finished = await claim(dir, { format: other, disk })
        .then((claimed) => claimed.establish(resumed(claimed.former as StoreState)))
        .then(
          () => true,
          () => false,
        );
      for (const wanted of [other, format]) {
        const { former } = await claim(dir, { format: wanted });
        const records = former?.current.get('odd')?.records;
        if (JSON.stringify(records) !== JSON.stringify(ODD.records)) t.fail(`call ${limit}: it is missing`);
      }
      if (finished) t.ok(limit > 15, `${limit} places to die were tried`);
    }
  }
});

t.test('whose a store is comes to light after the claim where its newest journal does not say', async (t) => {
  const dir = t.testdir({});
  await (await (await claim(dir, { service: 'nfs-b' })).establish(EMPTY)).close();
  const second = journalName({ epoch: 2, generation: 1 });
  symlinkSync(first, join(dir, second));
  await t.rejects(claim(dir), { code: 'not-ours', message: 'lock store belongs to service nfs-b' });
  t.same(readdirSync(dir), [first, second], 'the claim is taken back');
});

t.test('a store whose headers are all damaged belongs to whoever comes', async (t) => {
  const dir = t.testdir({});
  writeFileSync(join(dir, first), encodeLine({ type: 'current', file: fileOf('a') }));
  const { former, abandon } = await claim(dir);
  t.match(former, { service: '', epoch: 1 });
  t.type(abandon, 'function');
});

t.test('when the storage fails, claiming or establishing fails and says where', async (t) => {
  const dir = t.testdir({});
  await (await (await claim(dir)).establish({ ...EMPTY, current: [fileOf('a')] })).close();
  let broken = '';
  const disk = shakyDisk((call) => (call === broken ? 'EIO' : undefined));
  for (const call of ['mkdir', 'lstat', 'readdir', 'open', 'read', 'write', 'datasync', 'readFile']) {
    broken = call;
    await t.rejects(claim(dir, { disk }), { code: 'failed', message: /\(EIO\)/ }, call);
    t.same(readdirSync(dir), [first], `${call}: nothing is left behind`);
  }
  for (const call of ['write', 'datasync', 'readdir']) {
    broken = '';
    const claimed = await claim(dir, { disk });
    broken = call;
    await t.rejects(claimed.establish(adopted(claimed.former, 1)), { code: 'failed' }, call);
    broken = '';
    await claimed.abandon();
    t.same([...(await readStore(dir)).current.keys()], ['a'], `${call}: the former epoch stands`);
  }
});

t.test('on a full file system, a claim has the room that was set aside for it', async (t) => {
  // The header, the base, and the word that it is complete.
  for (const from of [0, 1, 2]) {
    for (const aside of [false, true]) {
      const dir = t.testdir(aside ? { ballast: 'x' } : {});
      await (await (await claim(dir)).establish({ ...EMPTY, current: [fileOf('a')] })).close();
      let writes = 0;
      const disk = shakyDisk((call) => {
        if (call !== 'write' || writes++ < from) return undefined;
        return !aside || readdirSync(dir).includes('ballast') ? 'ENOSPC' : undefined;
      });
      const taken = claim(dir, { disk }).then((one) => one.establish(adopted(one.former, 2000)));
      if (!aside) {
        await t.rejects(taken, { message: /ENOSPC/ }, `without it, write ${from}`);
        continue;
      }
      await (await taken).close();
      t.same([...(await readStore(dir)).inherited.keys()], ['a'], `write ${from}`);
      t.notOk(readdirSync(dir).includes('ballast'));
    }
  }
});

t.test('what cannot be taken back is not written to again, whatever room there is', async (t) => {
  const dir = t.testdir({ ballast: 'x' });
  let broken: readonly string[] = [];
  const disk = shakyDisk((call) => (broken.includes(call) ? 'ENOSPC' : undefined));
  const claimed = await claim(dir, { disk });
  broken = ['write', 'truncate'];
  await t.rejects(claimed.establish(EMPTY), { message: /can no longer be written/ });
});

t.test('a former journal that vanishes before anybody could see whose it was says nothing', async (t) => {
  const dir = t.testdir({});
  const store = await (await claim(dir)).establish({ ...EMPTY, current: [fileOf('a')] });
  await store.close();
  let opened = 0;
  const disk = shakyDisk((call, path) => {
    return call === 'open' && path.endsWith(first) && opened++ === 0 ? 'ENOENT' : undefined;
  });
  const claimed = await claim(dir, { disk });
  t.same([...(claimed.former?.current.keys() ?? [])], ['a']);
  await claimed.abandon();
});
