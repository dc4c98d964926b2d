import { chmodSync, chownSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { REAL_DISK } from '../../../lib/store/disk.ts';
import { type Entry, encodeEntry, headerOf } from '../../../lib/store/entry.ts';
import { listJournals, readHistory, readStore } from '../../../lib/store/history.ts';
import type { LedgerEntry } from '../../../lib/store/index.ts';
import { journalName } from '../../../lib/store/journal-name.ts';
import { encodeLine } from '../../../lib/store/line.ts';
import { fileOf, HOLDER } from './arbitraries.ts';
import { shakyDisk } from './shaky-disk.ts';

const DAMAGED = '00000000 {"type":"removed","name":"a"}\n';

/** Writes a journal; where `complete` is not given it was still being written. */
function write(dir: string, epoch: number, generation: number, base: Entry[], complete?: Entry[]): void {
  const holder = { ...HOLDER, node: `n${epoch}` };
  const header = headerOf({ service: 'nfs-a', format: 'record', epoch, holder, since: epoch }, generation, 1);
  const rest: Entry[] = complete === undefined ? [] : [{ type: 'base-complete', header }, ...complete];
  const text = [{ type: 'header', header } as const, ...base, ...rest].map(encodeEntry).join('');
  writeFileSync(join(dir, journalName({ epoch, generation })), text, { mode: 0o600 });
}
const current = (name: string, modified = 1): Entry => ({ type: 'current', file: fileOf(name, modified) });
const inherited = (name: string): Entry => ({ type: 'inherited', file: fileOf(name) });
const noted = (client: string, at: number): LedgerEntry => {
  return { client, phase: 'told', number: at, names: {}, at };
};
const namesOf = (files: ReadonlyMap<string, unknown>) => [...files.keys()];

t.test('journals are listed newest first, and nothing else is', async (t) => {
  const dir = t.testdir({ 'lost+found': {} });
  for (const [epoch, generation] of [
    [1, 2],
    [2, 1],
    [1, 10],
  ] as const)
    write(dir, epoch, generation, []);
  t.same(await listJournals(REAL_DISK, dir), [
    { epoch: 2, generation: 1 },
    { epoch: 1, generation: 10 },
    { epoch: 1, generation: 2 },
  ]);
});

t.test('no store is no history', async (t) => {
  const dir = t.testdir({});
  t.equal(await readHistory(REAL_DISK, dir), null);
  await t.rejects(readStore(dir), { code: 'failed', message: /there is no lock store/ });
  await t.rejects(readStore(join(dir, 'none')), { code: 'failed' });
});

t.test(
  'the last complete epoch is replayed: what it began with, what came meanwhile, what came after',
  async (t) => {
    const dir = t.testdir({});
    write(dir, 5, 1, [current('below')], []);
    writeFileSync(join(dir, journalName({ epoch: 4, generation: 1 })), DAMAGED);
    write(
      dir,
      6,
      1,
      [
        { type: 'facts', stateNumber: 7, ended: { at: 9, released: true }, recoveryEnded: 8, lockCount: 3 },
        current('a'),
        inherited('b'),
        { type: 'ledger', entry: noted('b', 5) },
        { type: 'meanwhile', change: { type: 'captured', file: fileOf('c') } },
      ],
      [{ type: 'removed', name: 'a' }],
    );
    const state = await readStore(dir);
    t.match(state, {
      service: 'nfs-a',
      epoch: 6,
      since: 6,
      stateNumber: 7,
      ended: { at: 9, released: true },
      recoveryEnded: 8,
      lockCount: 3,
    });
    t.same(state.holder, { ...HOLDER, node: 'n6' });
    t.same([namesOf(state.current), namesOf(state.inherited)], [['c'], ['b']]);
    t.same(state.ledger.get('b'), noted('b', 5));
    t.same([state.damage, state.torn], [[], []], 'what is below is not even looked at');
    t.same((await readHistory(REAL_DISK, dir, 6))?.epoch, 5, 'below a limit');
  },
);

t.test('epochs that were claimed after it and never finished add what they hold', async (t) => {
  const dir = t.testdir({});
  const facts = (stateNumber: number, recoveryEnded?: number, lockCount?: number): Entry => {
    return { type: 'facts', stateNumber, ended: null, recoveryEnded, lockCount };
  };
  const ledger = (entry: LedgerEntry): Entry => ({ type: 'ledger', entry });
  write(
    dir,
    5,
    1,
    [facts(9, undefined, 3), current('a'), ledger(noted('a', 10)), ledger(noted('b', 10))],
    [],
  );
  write(dir, 6, 1, [facts(11, 40, 4), inherited('a'), inherited('x')]);
  write(dir, 7, 1, [
    facts(7, 30),
    current('a', 5),
    current('y'),
    ledger(noted('a', 8)),
    ledger(noted('b', 12)),
    ledger(noted('c', 1)),
  ]);
  write(dir, 8, 1, []);
  const state = await readStore(dir);
  t.match(state, { epoch: 5, stateNumber: 11, recoveryEnded: 40, lockCount: 4 });
  t.same(
    [namesOf(state.current), namesOf(state.inherited)],
    [
      ['a', 'y'],
      ['a', 'x'],
    ],
  );
  t.equal(state.current.get('a')?.modified, 5);
  t.same(
    [...state.ledger.values()].map(({ at }) => at),
    [10, 12, 1],
    'the later word counts',
  );
});

t.test('a generation that was being written holds nothing that the one before it lacks', async (t) => {
  const dir = t.testdir({});
  write(dir, 5, 1, [current('a'), current('gone')], [{ type: 'removed', name: 'gone' }]);
  write(dir, 5, 2, [current('a'), current('gone')]);
  t.same(namesOf((await readStore(dir)).current), ['a']);
  write(dir, 6, 1, [current('z')]);
  t.same(namesOf((await readStore(dir)).current), ['a', 'z']);
});

t.test('where no epoch was ever finished, what there is counts', async (t) => {
  const dir = t.testdir({});
  write(dir, 1, 1, [current('a')]);
  write(dir, 2, 1, [inherited('b')]);
  const state = await readStore(dir);
  t.match(state, { epoch: 1, service: 'nfs-a', holder: { node: 'n1' } });
  t.same([namesOf(state.current), namesOf(state.inherited)], [['a'], ['b']]);
});

t.test('damage is handed on, and a journal without header still has its entries', async (t) => {
  const dir = t.testdir({});
  const file = journalName({ epoch: 1, generation: 1 });
  writeFileSync(join(dir, file), `${DAMAGED}${encodeEntry(current('a'))}123`);
  const state = await readStore(dir);
  t.match(state, { service: '', epoch: 1, since: 0, holder: { node: '' } });
  t.same(namesOf(state.current), ['a']);
  t.same(state.damage, [{ file, line: 1, reason: 'checksum does not match' }]);
  t.same(state.torn, [{ file, line: 3, reason: 'checksum does not match' }]);
});

t.test(
  'what cannot be read is named and nobody goes on without it; another version is refused',
  async (t) => {
    const dir = t.testdir({});
    write(dir, 1, 1, [], []);
    const disk = shakyDisk((call) => (call === 'readFile' ? 'EIO' : undefined));
    await t.rejects(readStore(dir, disk), { code: 'failed', message: /cannot read .*EIO/ });
    const header = { version: 2, format: 'record' };
    const foreign = encodeLine({ type: 'header', header });
    writeFileSync(join(dir, journalName({ epoch: 2, generation: 1 })), foreign);
    await t.rejects(readStore(dir), {
      code: 'not-ours',
      message: 'lock store has format version 2 (record)',
    });
  },
);

t.test('a journal that counts and is open to others is refused, not passed over', async (t) => {
  const name = (epoch: number, generation = 1) => journalName({ epoch, generation });
  const opened: Record<string, (path: string) => void> = {
    'can be written by others': (path) => chmodSync(path, 0o664),
    'belongs to user 1': (path) => chownSync(path, 1, 1),
  };
  for (const [reason, open] of Object.entries(opened)) {
    for (const which of [name(5, 2), name(6), name(7)]) {
      const dir = t.testdir({});
      write(dir, 4, 1, [current('old')], []);
      write(dir, 5, 1, [current('a')], []);
      write(dir, 5, 2, [current('a')], []);
      write(dir, 6, 1, [current('b')]);
      write(dir, 7, 1, []);
      open(join(dir, which));
      await t.rejects(readStore(dir), {
        code: 'not-ours',
        message: new RegExp(`^lock store .* is refused: its journal ${reason}$`),
        facts: { subject: dir, found: `${which} ${reason}`, cure: 'chown -R root: it; chmod -R go-w it' },
      });
      open(join(dir, name(4)));
      chownSync(join(dir, which), 0, 0);
      chmodSync(join(dir, which), 0o600);
      t.same(namesOf((await readStore(dir)).current), ['a', 'b'], 'what is below is not looked at');
    }
  }
});

t.test('what is no file at all hides nothing, unless there is nothing else', async (t) => {
  const dir = t.testdir({});
  const strange = journalName({ epoch: 9, generation: 1 });
  symlinkSync('/dev/null', join(dir, strange));
  const refused = {
    code: 'not-ours',
    message: new RegExp(`^lock store .* is refused: ${strange} is a symbolic link$`),
    facts: { cure: 'see who put it there, and move it away' },
  };
  await t.rejects(readStore(dir), refused);
  write(dir, 1, 1, [current('a')]);
  await t.rejects(readStore(dir), refused, 'beside one that was never finished');
  write(dir, 1, 1, [current('a')], []);
  const state = await readStore(dir);
  t.same(namesOf(state.current), ['a']);
  t.match(state.damage, [{ file: strange, reason: 'is a symbolic link' }]);
});

t.test('a journal that vanishes while it is to be read has a successor, which is read', async (t) => {
  const dir = t.testdir({});
  write(dir, 1, 1, [current('a')], []);
  let looks = 0;
  // A former owner that wakes up now writes its journal anew twice, and removes the first.
  const disk = shakyDisk((call, path) => {
    if (call !== 'open' || looks++ > 0) return undefined;
    unlinkSync(path);
    write(dir, 1, 2, [current('a'), current('b')], []);
    return undefined;
  });
  const state = await readHistory(disk, dir);
  t.same([...(state?.current.keys() ?? [])], ['a', 'b']);
  t.same(state?.damage, []);
});

t.test('journals that go on vanishing are no store to start from', async (t) => {
  const dir = t.testdir({});
  write(dir, 1, 1, [current('a')], []);
  const disk = shakyDisk((call) => (call === 'open' ? 'ENOENT' : undefined));
  await t.rejects(readHistory(disk, dir), { code: 'failed', message: /vanish while they are read/ });
});
