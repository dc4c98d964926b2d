import { chmodSync, chownSync, existsSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { REAL_DISK } from '../../../lib/store/disk.ts';
import { encodeEntry } from '../../../lib/store/entry.ts';
import { type JournalId, journalName } from '../../../lib/store/journal-name.ts';
import { checkAccess, remakeDirectory, removeJournals, standingOf } from '../../../lib/store/place.ts';
import { HOLDER } from './arbitraries.ts';
import { shakyDisk } from './shaky-disk.ts';

const CLAIMED = { holder: { ...HOLDER, node: 'n1' }, since: 1_800_000_000_000 };
const id = (epoch: number, generation = 1) => ({ epoch, generation });
const place = (dir: string, disk = REAL_DISK) => ({ disk, dir, now: Date.now, slack: 10 });

t.test('the owner is who made the last epoch, while its journal is there', async (t) => {
  const dir = t.testdir({ [journalName(id(6))]: '', [journalName(id(7, 2))]: '', empty: {} });
  const inode = statSync(join(dir, journalName(id(7, 2)))).ino;
  const standing = (path: string, own: JournalId, disk = REAL_DISK, ino = inode) =>
    standingOf(place(path, disk), { id: own, ino }, CLAIMED);
  t.equal(await standing(dir, id(7, 2)), 'ours');
  t.equal(await standing(dir, id(6)), 'claimed');
  t.equal(
    await standing(dir, id(7, 1)),
    'claimed',
    'its journal is not there, and the other does not say whose it is',
  );
  t.equal(await standing(join(dir, 'empty'), id(7)), 'gone');
  t.equal(await standing('/nonexistent/store', id(7)), 'gone');
  t.equal(await standing('/etc/passwd/store', id(7)), 'gone');
  for (const call of ['readdir', 'lstat']) {
    const broken = shakyDisk((made) => (made === call ? 'ESTALE' : undefined));
    await t.rejects(standing(dir, id(7, 2), broken), { code: 'failed', message: /ESTALE/ });
  }
  const vanished = shakyDisk((made) => (made === 'lstat' ? 'ENOENT' : undefined));
  t.equal(await standing(dir, id(7, 2), vanished), 'claimed');
  let looks = 0;
  const going = {
    ...shakyDisk((made) => (made === 'open' || made === 'lstat' ? 'ENOENT' : undefined)),
    readdir: async () => (looks++ === 0 ? [journalName(id(7, 2))] : []),
  };
  t.equal(await standing(dir, id(7, 2), going), 'gone', 'it is removed while it is looked at');
  const stale = { ...going, readdir: async () => [journalName(id(7, 2))] };
  await t.rejects(standing(dir, id(7, 2), stale), {
    code: 'failed',
    message: /listed in .* that are not there$/,
  });
  const unread = shakyDisk((made) => (made === 'open' ? 'EIO' : undefined));
  await t.rejects(standing(dir, id(8), unread), { code: 'failed', message: /EIO/ });
  const odd = { ...REAL_DISK, readdir: async () => null as unknown as string[] };
  await t.rejects(standing(dir, id(7), odd), TypeError);
});

t.test('what is there in place of our journal is from before our claim, or from after it', async (t) => {
  const { holder } = CLAIMED;
  const header = { version: 1, format: 'record', service: 'nfs-a', generation: 2, at: 0, holder } as const;
  const since = CLAIMED.since;
  for (const [what, found, standing] of [
    ['a copy of ours', { ...header, epoch: 7, since }, 'gone'],
    [
      'an epoch before ours, whoever had that',
      { ...header, epoch: 6, since: since - 1, holder: HOLDER },
      'gone',
    ],
    ['somebody who began anew', { ...header, epoch: 1, since: since + 1 }, 'claimed'],
    [
      'somebody who has our epoch',
      { ...header, epoch: 7, since, holder: { ...holder, node: 'n2' } },
      'claimed',
    ],
    ['another version', { ...header, epoch: 6, since: since - 1, version: 2 }, 'claimed'],
  ] as const) {
    const dir = t.testdir({
      [journalName(id(found.epoch, 2))]: encodeEntry({ type: 'header', header: found }),
    });
    chmodSync(join(dir, journalName(id(found.epoch, 2))), 0o600);
    t.equal(await standingOf(place(dir), { id: id(7, 2), ino: 0 }, CLAIMED), standing, what);
  }
});

t.test('a directory is made again on the file system where it was, and on no other', async (t) => {
  const root = t.testdir({ mounted: {} });
  symlinkSync('mounted', join(root, 'link'));
  const dir = join(root, 'link', 'store');
  const device = statSync(root).dev;
  await remakeDirectory(place(dir), device);
  t.equal(statSync(dir).mode & 0o777, 0o700);
  await remakeDirectory(place(dir), device);
  for (const [path, on, what] of [
    [join(root, 'other'), device + 1, /is gone, and so is the file system that it was on$/],
    [dir, device + 1, /file system/],
    [join(root, 'no', 'such'), device, /is gone, and so is the directory that it was in$/],
  ] as const) {
    await t.rejects(remakeDirectory(place(path), on), {
      code: 'failed',
      message: what,
      facts: { cure: /^mount / },
    });
  }
  t.notOk(existsSync(join(root, 'other')));
  chmodSync(dir, 0o777);
  await t.rejects(remakeDirectory(place(dir), device), { code: 'not-ours' });
});

t.test('what the next owner would not believe is told beforehand', async (t) => {
  const dir = t.testdir({ [journalName(id(7))]: '' });
  const path = join(dir, journalName(id(7)));
  const refused = (message: RegExp) =>
    t.rejects(checkAccess(place(dir), id(7)), {
      code: 'not-ours',
      message,
      facts: { cure: /^chown -R root: it/ },
    });
  chmodSync(path, 0o600);
  chmodSync(dir, 0o700);
  await checkAccess(place(dir), id(7));
  chmodSync(path, 0o664);
  await refused(/its journal can be written by others$/);
  chmodSync(path, 0o600);
  chownSync(path, 1, 0);
  await refused(/its journal belongs to user 1$/);
  chownSync(path, 0, 0);
  chmodSync(dir, 0o770);
  await refused(/it can be written by others$/);
  chmodSync(dir, 0o700);
  await t.rejects(checkAccess(place(dir), id(8)), { code: 'failed', message: /ENOENT/ });
  await checkAccess(place(dir), id(7));
});

t.test('what cannot be removed is left', async (t) => {
  const dir = t.testdir({ [journalName(id(6))]: '', [journalName(id(7))]: '', [journalName(id(8))]: '' });
  const disk = shakyDisk((call, path) => (call === 'unlink' && path.includes('7.') ? 'EPERM' : undefined));
  await removeJournals(place(dir, disk), [id(6), id(7), id(99)]);
  t.same(readdirSync(dir), [journalName(id(7)), journalName(id(8))]);
});
