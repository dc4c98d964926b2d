import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { BoundedFile } from '../../../lib/node/bounded-file.ts';

t.test('lines are added to what is there, by root alone', async (t) => {
  const path = join(t.testdir({}), 'file');
  new BoundedFile(path, 100).append('one\n');
  const file = new BoundedFile(path, 100);
  file.append('two\n');
  file.append('three\n');
  t.equal(readFileSync(path, 'utf8'), 'one\ntwo\nthree\n');
  t.equal(statSync(path).mode & 0o777, 0o600);
});

t.test('what has grown beyond its size is kept once, and another one begun', async (t) => {
  const path = join(t.testdir({ file: 'x'.repeat(100) }), 'file');
  const file = new BoundedFile(path, 100);
  file.append('last\n');
  file.append('f\xfcr\n');
  t.equal(readFileSync(`${path}.old`, 'utf8'), `${'x'.repeat(100)}last\n`);
  t.equal(readFileSync(path, 'utf8'), 'f\xfcr\n');
  for (let line = 0; line < 60; line += 1) file.append('1234\n');
  t.ok(statSync(path).size <= 105);
  t.equal(statSync(`${path}.old`).size, 105, 'bytes are counted, not characters');
});

t.test('what cannot be written is left out, until it can be', async (t) => {
  const dir = join(t.testdir({}), 'dir');
  const file = new BoundedFile(join(dir, 'file'), 10);
  file.append('lost\n');
  mkdirSync(dir);
  file.append('there, and long\n');
  rmSync(dir, { recursive: true });
  t.doesNotThrow(() => file.append('lost\n'), 'nor is it the end where it cannot be put aside');
  mkdirSync(dir);
  file.append('again\n');
  t.equal(readFileSync(join(dir, 'file'), 'utf8'), 'again\n');
});
