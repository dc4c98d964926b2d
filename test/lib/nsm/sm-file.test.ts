import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { readSmFile, SM_FILE_LIMIT, SM_NAME_LIMIT, smPath, smStats } from '../../../lib/nsm/sm-file.ts';

const LINE = '0100007f 000186b5 00000004 00000010 00000000000000000000000000000000 10.0.0.1 n1\n';

t.test('a file is read under the very bytes of its name', async (t) => {
  const dir = t.testdir({});
  writeFileSync(smPath(dir, 'caf\xe9'), LINE);
  const found = readSmFile(dir, 'caf\xe9');
  t.match(found, { kind: 'file', content: { complete: true, records: [{ monName: '10.0.0.1' }] } });
  t.equal(found.kind === 'file' && found.stats.size, LINE.length);
  t.same(readSmFile(dir, 'caf\xc3\xa9'), { kind: 'refused', reason: 'cannot be read (ENOENT)' });
  t.equal(smStats(dir, 'none'), undefined);
  t.equal(smStats(dir, 'y'.repeat(SM_NAME_LIMIT)), undefined);
  t.equal(smStats(dir, 'y'.repeat(SM_NAME_LIMIT + 1)), 'cannot be read (ENAMETOOLONG)');
});

t.test('what statd did not make is named for what it is, and neither followed nor waited for', async (t) => {
  const dir = t.testdir({ target: LINE, big: '' });
  symlinkSync('target', join(dir, 'link'));
  symlinkSync('nowhere', join(dir, 'dangling'));
  mkdirSync(join(dir, 'dir'));
  execFileSync('mkfifo', [join(dir, 'fifo')]);
  execFileSync('mknod', [join(dir, 'device'), 'c', '1', '3']);
  process.chdir(dir);
  const server = createServer();
  t.teardown(() => server.close());
  await once(server.listen('socket'), 'listening');
  truncateSync(join(dir, 'big'), SM_FILE_LIMIT + 1);
  const expected = {
    link: 'is a symbolic link',
    dangling: 'is a symbolic link',
    dir: 'is a directory',
    fifo: 'is a FIFO',
    device: 'is a device',
    socket: 'is a socket',
    big: `is too big (${SM_FILE_LIMIT + 1} bytes)`,
  };
  for (const [name, reason] of Object.entries(expected)) {
    t.same(readSmFile(dir, name), { kind: 'refused', reason }, name);
  }
});

t.test('what cannot be opened says why', async (t) => {
  const dir = t.testdir({ file: LINE });
  // A program that runs cannot be opened for writing, but anything can be read; an unreadable one needs no root.
  const script = `
    import { readSmFile } from ${JSON.stringify(new URL('../../../lib/nsm/sm-file.js', import.meta.url).href)};
    process.setegid(65534); process.seteuid(65534);
    console.log(JSON.stringify(readSmFile(${JSON.stringify(dir)}, 'file')));`;
  execFileSync('chmod', ['000', join(dir, 'file')]);
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  t.match(JSON.parse(said), { kind: 'refused', reason: /EACCES/ });
});
