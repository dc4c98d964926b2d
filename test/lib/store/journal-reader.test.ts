import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { REAL_DISK } from '../../../lib/store/disk.ts';
import { headerOf } from '../../../lib/store/entry.ts';
import { journalName } from '../../../lib/store/journal-name.ts';
import { parseJournal, readJournal } from '../../../lib/store/journal-reader.ts';
import { encodeLine } from '../../../lib/store/line.ts';
import { HOLDER } from './arbitraries.ts';
import { shakyDisk } from './shaky-disk.ts';

const id = { epoch: 7, generation: 1 };
const file = journalName(id);
const header = headerOf({ service: 'nfs-a', format: 'record', epoch: 7, holder: HOLDER, since: 100 }, 1, 100);
const HEADER = encodeLine({ type: 'header', header });
const FACTS = encodeLine({ type: 'facts', stateNumber: 5, ended: null });
const COMPLETE = encodeLine({ type: 'base-complete', header });
const removed = (name: string) => encodeLine({ type: 'removed', name });
const WHOLE = HEADER + FACTS + COMPLETE + removed('a') + removed('b') + removed('c');

t.test('a whole journal', async (t) => {
  const journal = parseJournal(id, WHOLE);
  t.same(journal.header, header);
  t.ok(journal.complete);
  t.same(
    journal.entries.map((entry) => entry.type),
    ['facts', 'removed', 'removed', 'removed'],
  );
  t.same([journal.damage, journal.torn, journal.refused], [[], [], null]);
});

t.test('it is complete when it says so, or when what follows could not be there otherwise', async (t) => {
  t.notOk(parseJournal(id, HEADER + FACTS).complete);
  t.notOk(
    parseJournal(id, HEADER + encodeLine({ type: 'meanwhile', change: { type: 'removed', name: 'a' } }))
      .complete,
  );
  t.ok(parseJournal(id, HEADER + FACTS + removed('a')).complete);
});

t.test('the header is there twice', async (t) => {
  t.same(parseJournal(id, FACTS + COMPLETE).header, header);
  t.equal(parseJournal(id, FACTS).header, undefined);
});

t.test('cut anywhere, what is left is a beginning, and nothing is damaged', async () => {
  const whole = parseJournal(id, WHOLE).entries;
  fc.assert(
    fc.property(fc.nat(WHOLE.length), (length) => {
      const { entries, damage, torn } = parseJournal(id, WHOLE.slice(0, length));
      const lines = WHOLE.slice(0, length).split('\n').length - 1;
      const said = Math.max(0, lines - 1 - (lines >= 3 ? 1 : 0));
      const isBeginning = JSON.stringify(entries) === JSON.stringify(whole.slice(0, entries.length));
      return isBeginning && entries.length >= said && damage.length === 0 && torn.length <= 1;
    }),
    { numRuns: 500 },
  );
});

t.test('one byte changed anywhere is noticed, and costs one line at most', async () => {
  const whole = parseJournal(id, WHOLE);
  fc.assert(
    fc.property(fc.nat(WHOLE.length - 1), fc.nat(255), (at, byte) => {
      const text = WHOLE.slice(0, at) + String.fromCharCode(byte) + WHOLE.slice(at + 1);
      if (text === WHOLE) return true;
      const { entries, damage, torn, header: found } = parseJournal(id, text);
      const kept = new Set(entries.map((entry) => JSON.stringify(entry)));
      const lost = whole.entries.filter((entry) => !kept.has(JSON.stringify(entry))).length;
      const invented = entries.length - (whole.entries.length - lost);
      return damage.length + torn.length > 0 && lost <= 1 && invented === 0 && found !== undefined;
    }),
    { numRuns: 2000 },
  );
});

t.test('whatever byte took the place of a newline, the lines on both sides are there', (t) => {
  const text = HEADER + COMPLETE + removed('a') + removed('b') + removed('c');
  const at = text.indexOf('\n', text.indexOf('"a"'));
  const lost = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => {
    const changed = text.slice(0, at) + String.fromCharCode(byte) + text.slice(at + 1);
    return parseJournal(id, changed).entries.length !== 3;
  });
  t.same(lost, []);
  t.end();
});

t.test('damage is named: file, line, reason; a torn end is told apart from it', async (t) => {
  const bad = removed('b').replace('"b"', '"x"');
  t.same(parseJournal(id, HEADER + COMPLETE + bad + removed('a')).damage, [
    { file, line: 3, reason: 'checksum does not match' },
  ]);
  const { damage, torn } = parseJournal(
    id,
    HEADER + COMPLETE + removed('a') + bad + removed('c').slice(0, 20),
  );
  t.same(damage, []);
  t.same(
    torn.map(({ line }) => line),
    [4, 5],
  );
  t.same(parseJournal(id, HEADER + encodeLine({ type: 'someday' }) + COMPLETE).damage, [
    { file, line: 2, reason: 'not an entry of this format' },
  ]);
  const glued = `${COMPLETE.slice(0, -1)}X${encodeLine({ type: 'someday' })}`;
  t.match(parseJournal(id, HEADER + glued + removed('a')), { complete: true, damage: [{ line: 2 }] });
  const broken = encodeLine({ type: 'header', header: { ...header, service: '' } });
  t.equal(parseJournal(id, broken + COMPLETE).damage.length, 1);
});

t.test('another version or record format is refused, with what to do', async (t) => {
  for (const other of [{ version: 2 }, { format: 'xml' }]) {
    const text = encodeLine({ type: 'header', header: { ...header, ...other } });
    t.throws(() => parseJournal(id, text), {
      code: 'not-ours',
      facts: { subject: file, cure: /release of Lockferry/ },
    });
  }
});

t.test('only a regular file of ours is read, and no link is followed', async (t) => {
  const server = createServer();
  t.teardown(() => server.close());
  const make: Record<string, (path: string) => unknown> = {
    'is a symbolic link': (path) => symlinkSync('real', path),
    'is a socket': async (path) => {
      // A socket's address has room for 108 bytes only; its name can change afterwards.
      const short = join(mkdtempSync(join(tmpdir(), 'lf-')), 's');
      await once(server.listen(short), 'listening');
      renameSync(short, path);
      rmdirSync(dirname(short));
    },
    'is not a regular file': (path) => mkdirSync(path),
    'belongs to user 1': (path) => {
      writeFileSync(path, WHOLE);
      chownSync(path, 1, 1);
    },
    'can be written by others': (path) => {
      writeFileSync(path, WHOLE);
      chmodSync(path, 0o620);
    },
  };
  const top = t.testdir({});
  for (const [reason, made] of Object.entries(make)) {
    const dir = join(top, reason);
    mkdirSync(dir);
    writeFileSync(join(dir, 'real'), WHOLE);
    await made(join(dir, file));
    const open = /^(belongs|can)/.test(reason);
    t.match(await readJournal(REAL_DISK, dir, id), {
      ...{ header: undefined, complete: false, entries: [], torn: [] },
      ...{ damage: [{ file, line: null, reason }], refused: { file, reason, open } },
    });
  }
  execFileSync('mkfifo', [join(top, file)]);
  t.match((await readJournal(REAL_DISK, top, id))?.damage, [{ reason: 'is not a regular file' }]);
  t.equal(await readJournal(REAL_DISK, t.testdir({}), id), null, 'what is not there is no damage');
});

t.test('a file of ours is read, its beginning alone where that is enough', async (t) => {
  const dir = t.testdir({ [file]: WHOLE });
  t.same(await readJournal(REAL_DISK, dir, id), parseJournal(id, WHOLE));
  t.same((await readJournal(REAL_DISK, dir, id, HEADER.length))?.header, header);
  t.equal((await readJournal(REAL_DISK, dir, id, HEADER.length))?.entries.length, 0);
});

t.test('what the storage refuses is no damage: nobody goes on without that file', async (t) => {
  const dir = t.testdir({ [file]: WHOLE });
  await t.rejects(
    readJournal(
      shakyDisk((call) => (call === 'open' ? 'EIO' : undefined)),
      dir,
      id,
    ),
    { code: 'EIO' },
  );
  await t.rejects(
    readJournal(
      shakyDisk((call) => (call === 'readFile' ? 'EIO' : undefined)),
      dir,
      id,
    ),
    { code: 'EIO' },
  );
  const nameless = { ...REAL_DISK, open: () => Promise.reject(new Error('odd')) };
  await t.rejects(readJournal(nameless, dir, id), { message: 'odd' });
});
