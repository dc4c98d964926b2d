import { lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { REAL_DISK } from '../../../lib/store/disk.ts';
import { headerOf } from '../../../lib/store/entry.ts';
import { journalName } from '../../../lib/store/journal-name.ts';
import { JournalWriter } from '../../../lib/store/journal-writer.ts';
import { encodeLine } from '../../../lib/store/line.ts';
import { HOLDER } from './arbitraries.ts';
import { shakyDisk } from './shaky-disk.ts';

const header = headerOf({ service: 'nfs-a', format: 'record', epoch: 7, holder: HOLDER, since: 100 }, 1, 100);
const HEADER = encodeLine({ type: 'header', header });
const file = journalName(header);

async function create(disk: typeof REAL_DISK, dir: string): Promise<JournalWriter> {
  const journal = await JournalWriter.create(disk, dir, header);
  if (journal === null) throw new Error('is there already');
  return journal;
}

t.test('a new journal is durable with its header before it counts: file first, then directory', async (t) => {
  const dir = t.testdir({});
  const calls: string[] = [];
  const disk = shakyDisk((call, path) => void calls.push(`${call} ${path === dir ? '.' : 'journal'}`));
  const journal = await create(disk, dir);
  t.same(
    calls,
    ['open', 'lstat', 'write', 'datasync']
      .map((call) => `${call} journal`)
      .concat(['open .', 'sync .', 'close .']),
  );
  t.same(journal.id, { epoch: 7, generation: 1 });
  t.equal(lstatSync(journal.path).mode & 0o7777, 0o600);
  t.equal(journal.ino, lstatSync(journal.path).ino);
  calls.length = 0;
  await journal.append('one\ntwo\n');
  t.same(calls, ['write journal', 'datasync journal']);
  t.equal(readFileSync(journal.path, 'latin1'), `${HEADER}one\ntwo\n`);
  t.equal(journal.size, HEADER.length + 8);
  await journal.close();
  await journal.close();
});

t.test("what is there already, a link too, is somebody else's", async (t) => {
  const dir = t.testdir({});
  symlinkSync('elsewhere', join(dir, file));
  t.equal(await JournalWriter.create(REAL_DISK, dir, header), null);
});

t.test('a journal that could not be begun durably is not left behind', async (t) => {
  for (const [call, errno] of [
    ['lstat', 'EIO'],
    ['write', 'ENOSPC'],
    ['datasync', 'EIO'],
    ['sync', 'EIO'],
  ] as const) {
    const dir = t.testdir({});
    const disk = shakyDisk((one) => (one === call ? errno : undefined));
    await t.rejects(JournalWriter.create(disk, dir, header), { code: 'failed', message: new RegExp(errno) });
    t.throws(() => lstatSync(join(dir, file)), { code: 'ENOENT' });
  }
  const disk = shakyDisk((call) => (call === 'open' ? 'EROFS' : undefined));
  await t.rejects(JournalWriter.create(disk, t.testdir({}), header), { code: 'failed', message: /EROFS/ });
});

/** Writes five bytes at a time at most, as write(2) may. */
const shortWriting: typeof REAL_DISK = {
  ...REAL_DISK,
  open: async (...args) => {
    const handle = await REAL_DISK.open(...args);
    return new Proxy(handle, {
      get(target, key) {
        if (key === 'write') {
          return (bytes: Buffer, from: number, length: number, at: number) =>
            target.write(bytes, from, Math.min(5, length), at);
        }
        const member: unknown = Reflect.get(target, key);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
  },
};

t.test('a write that comes short goes on', async (t) => {
  const journal = await create(shortWriting, t.testdir({}));
  await journal.append('0123456789');
  t.equal(readFileSync(journal.path, 'latin1'), `${HEADER}0123456789`);
});

t.test('a write that fails is taken back, and the next one starts where it did', async (t) => {
  let full = false;
  const disk = shakyDisk((call) => (call === 'write' && full ? 'ENOSPC' : undefined));
  const journal = await create(disk, t.testdir({}));
  full = true;
  await t.rejects(journal.append('lost'), { code: 'failed', message: /cannot write .* \(ENOSPC\)/ });
  t.equal(readFileSync(journal.path, 'latin1'), HEADER);
  t.ok(journal.sound);
  full = false;
  await journal.append('kept');
  t.equal(readFileSync(journal.path, 'latin1'), `${HEADER}kept`);
});

t.test('after a failed fsync, or a failure to take back, nobody knows what the file holds', async (t) => {
  let broken: readonly string[] = [];
  const disk = shakyDisk((call) => (broken.includes(call) ? 'EIO' : undefined));
  const synced = await create(disk, t.testdir({}));
  broken = ['datasync'];
  await t.rejects(synced.append('x'), { code: 'failed', message: /cannot sync/ });
  t.notOk(synced.sound);
  await t.rejects(synced.write('y'), { code: 'failed', message: /can no longer be written$/ });
  broken = [];
  const written = await create(disk, t.testdir({ other: {} }));
  broken = ['write', 'truncate'];
  await t.rejects(written.append('x'), { code: 'failed', message: /cannot write/ });
  t.notOk(written.sound);
  broken = ['close', 'unlink'];
  await t.resolves(written.discard(), 'giving up never fails');
  broken = [];
  await written.discard();
  t.throws(() => lstatSync(written.path), { code: 'ENOENT' });
});
