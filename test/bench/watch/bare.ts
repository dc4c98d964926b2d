import { fdatasyncSync, openSync, readFileSync, watch, writeSync } from 'node:fs';
import { join } from 'node:path';

/*
 * The least that Node.js can do to make durable what statd writes, for comparison: it watches, and whatever has changed is
 * read, written to a file as it is, and synced. With the arguments STATD_DIRECTORY FILE; what it prints is what keeper.ts does.
 */
const [statdDir = '', path = ''] = process.argv.slice(2);
const sm = join(statdDir, 'sm');
const fd = openSync(path, 'w', 0o600);
const due = new Set<string>();

function copy(): void {
  const found = [...due].map((name) => ({ name, text: readFileSync(join(sm, name), 'latin1') }));
  due.clear();
  writeSync(fd, found.map(({ name, text }) => `${name} ${text}`).join(''));
  fdatasyncSync(fd);
  // One that is still empty is being written: there will be another event.
  const names = found.filter(({ text }) => text !== '').map(({ name }) => name);
  if (names.length > 0)
    process.stdout.write(`${performance.timeOrigin + performance.now()} ${names.join(' ')}\n`);
}

watch(sm, { encoding: 'latin1' }, (_, name) => {
  if (name === null) return;
  if (due.size === 0) setImmediate(copy);
  due.add(name);
});
process.stdout.write('ready\n');
process.stdin.on('end', () => process.exit()).resume();
