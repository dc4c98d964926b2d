import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { readFifo, writeFifo } from '../../../lib/capture/callout-fifo.ts';
import { until } from './sm-directory.ts';

function fifo(t: Test): string {
  const path = join(t.testdir({}), 'fifo');
  execFileSync('mkfifo', [path]);
  return path;
}

/** Opens it as the callout does, which never waits. */
function opened(t: Test, path: string): number {
  const fd = openSync(path, constants.O_RDWR);
  t.teardown(() => closeSync(fd));
  return fd;
}

t.test('lines, however they come, from one writer after another', async (t) => {
  const path = fifo(t);
  const lines: string[] = [];
  const reader = readFifo(path, (line) => lines.push(line));
  t.teardown(() => reader.close());
  t.equal(writeFifo(path, 'one\ntw'), true);
  await until(() => lines.length === 1);
  t.equal(writeFifo(path, 'o\n'), true, 'the reader stays when a writer has left');
  await until(() => lines.length === 2);
  t.same(lines, ['one', 'two']);
});

t.test('what is longer than a line is cut', async (t) => {
  const path = fifo(t);
  const lines: string[] = [];
  const reader = readFifo(path, (line) => lines.push(line));
  t.teardown(() => reader.close());
  // As much at a time as a pipe holds, and only when it has been read: a write must not keep the reader from reading.
  for (let written = 0; written < 1 << 19; written += 1 << 14) {
    await until(() => writeFifo(path, 'x'.repeat(1 << 14)));
  }
  await until(() => writeFifo(path, '\nafter\n'));
  await until(() => lines.includes('after'));
  t.ok((lines[0]?.length ?? 0) < 1 << 17, 'it is not collected');
  t.equal(lines.length, 2);
});

t.test('nothing is heard after the end', async (t) => {
  const path = fifo(t);
  const reader = readFifo(path, () => t.fail('heard'));
  reader.close();
  await until(() => !writeFifo(path, 'late\n'));
});

t.test('an answer goes to whoever waits, and is lost without one', async (t) => {
  const path = fifo(t);
  t.equal(writeFifo(path, 'lost\n'), false);
  const fd = opened(t, path);
  t.equal(writeFifo(path, 'answer\n'), true);
  const bytes = Buffer.alloc(64);
  t.equal(bytes.toString('latin1', 0, readSync(fd, bytes)), 'answer\n');
  for (let sent = 0; sent < 1 << 17; sent += 1024) if (!writeFifo(path, 'x'.repeat(1024))) break;
  t.equal(writeFifo(path, 'full\n'.repeat(300)), false, 'a full one holds nobody up');
});

t.test('only a FIFO is one', async (t) => {
  const path = fifo(t);
  const file = join(t.testdirName, 'file');
  const link = join(t.testdirName, 'link');
  writeFileSync(file, '');
  symlinkSync(path, link);
  t.throws(() => readFifo(file, () => undefined), { code: 'not-ours' });
  t.throws(() => readFifo(link, () => undefined), { code: 'ELOOP' });
  t.equal(writeFifo(file, 'line\n'), false);
  t.equal(writeFifo(link, 'line\n'), false);
  t.equal(writeFifo(join(t.testdirName, 'none'), 'line\n'), false);
});
