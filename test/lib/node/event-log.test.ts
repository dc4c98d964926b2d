import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { openEventLog } from '../../../lib/node/event-log.ts';

/** Stands in for logger(1): leaves its arguments and all that it reads. */
function loggerIn(directory: string, body: string): string {
  const path = join(directory, 'logger');
  writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return path;
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it did not come to be in time');
    await pause(5);
  }
}

function eventsIn(file: string): { at: number }[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

t.test('an event goes to the file and to the system log', async (t) => {
  const directory = t.testdir();
  const said = join(directory, 'said');
  const file = join(directory, 'events.jsonl');
  const log = openEventLog(
    file,
    'lockferry-locks',
    loggerIn(directory, `echo "$@" >'${said}'; exec head -n 3 >>'${said}'`),
  );
  const start = Date.now();
  log('adopted');
  log('told', { client: '10.0.0.1', number: 7, late: false, cause: null, names: ['a', 'b'] });
  log('odd', { text: 'a "b"\n\u202e' });
  const events = eventsIn(file);
  t.match(events, [
    { event: 'adopted' },
    { event: 'told', client: '10.0.0.1', number: 7, late: false, cause: null, names: ['a', 'b'] },
    { event: 'odd', text: 'a "b"\n\u202e' },
  ]);
  for (const { at } of events) t.ok(at >= start && at <= Date.now());
  t.equal(statSync(file).mode & 0o777, 0o600);
  const wanted = [
    '--tag lockferry-locks --priority daemon.info',
    'adopted',
    'told client=10.0.0.1 number=7 late=false cause=null names=["a","b"]',
    'odd text="a \\"b\\"\\n\\u202e"',
    '',
  ].join('\n');
  await until(() => existsSync(said) && readFileSync(said, 'utf8').length >= wanted.length);
  t.equal(readFileSync(said, 'utf8'), wanted);
});

t.test('the file starts anew when it is large', async (t) => {
  const directory = t.testdir({ 'events.jsonl': 'x'.repeat(1 << 20) });
  const file = join(directory, 'events.jsonl');
  const log = openEventLog(file, 'tag', '/nonexistent/logger');
  log('last');
  log('first');
  t.match(eventsIn(file), [{ event: 'first' }]);
  t.match(readFileSync(`${file}.old`, 'utf8'), /^x+\{.*"event":"last"\}\n$/);
});

t.test('trouble that repeats itself is told now and then, with how often', async (t) => {
  const file = join(t.testdir(), 'events.jsonl');
  let now = 1000;
  const log = openEventLog(file, 'tag', '/nonexistent/logger', () => now);
  for (let second = 0; second < 1500; second += 1) {
    log('grace-unknown', { reason: 'D-Bus is away' });
    log('lock-manager-restarted');
    now += 1000;
  }
  log('grace-unknown', { reason: 'another' });
  log('grace-unknown', { reason: 'D-Bus is away' });
  const events = eventsIn(file) as { at: number; event: string; reason?: string; times?: number }[];
  t.same(
    events
      .filter(({ event }) => event === 'grace-unknown')
      .map(({ at, reason, times }) => [at, reason, times]),
    [
      [1000, 'D-Bus is away', undefined],
      [601_000, 'D-Bus is away', 600],
      [1_201_000, 'D-Bus is away', 600],
      [1_501_000, 'D-Bus is away', 299],
      [1_501_000, 'another', undefined],
      [1_501_000, 'D-Bus is away', undefined],
    ],
  );
  t.equal(events.length - 6, 1500, 'what is no trouble is always told');
});

t.test('however much happens, it stays small', async (t) => {
  const file = join(t.testdir(), 'events.jsonl');
  const log = openEventLog(file, 'tag', '/nonexistent/logger');
  for (let each = 0; each < 3000; each += 1) log('client', { client: `c${each}`, text: 'x'.repeat(1000) });
  const size = statSync(file).size + statSync(`${file}.old`).size;
  t.ok(size < 2.1 * 2 ** 20, `${size}`);
});

t.test('a file that cannot be written costs only the line', async (t) => {
  const log = openEventLog(join(t.testdir(), 'none/events.jsonl'), 'tag', '/nonexistent/logger');
  t.doesNotThrow(() => log('lost'));
});

t.test('a logger that is not there or has ended costs only the system log', async (t) => {
  const directory = t.testdir();
  const gone = join(directory, 'gone');
  for (const logger of ['/nonexistent/logger', loggerIn(directory, `exec touch '${gone}'`)]) {
    const file = join(directory, 'events.jsonl');
    const log = openEventLog(file, 'tag', logger);
    log('before');
    await until(() => logger.startsWith('/nonexistent') || existsSync(gone));
    // More than a pipe holds, in several turns: writes meet the closed pipe.
    for (let turn = 0; turn < 20; turn += 1) {
      log('after', { text: 'x'.repeat(10_000) });
      await pause(1);
    }
    t.equal(eventsIn(file).length % 21, 0);
  }
});

t.test('a logger that hangs is given what fits into some memory, and no more', async (t) => {
  const directory = t.testdir({ said: '' });
  const [said, go] = [join(directory, 'said'), join(directory, 'go')];
  const body = `until [ -e '${go}' ]; do sleep 0.05; done; exec cat >'${said}'`;
  const log = openEventLog(join(directory, 'events.jsonl'), 'tag', loggerIn(directory, body));
  for (let each = 0; each < 3000; each += 1) log('back', { client: 'x'.repeat(1000) });
  writeFileSync(go, '');
  await until(() => statSync(said).size >= 1 << 20);
  await pause(200);
  t.ok(statSync(said).size < 1.1 * 2 ** 20, `${statSync(said).size}`);
});

t.test('an open log does not keep a program alive', async (t) => {
  const module = fileURLToPath(new URL('../../../lib/node/event-log.js', import.meta.url));
  const file = join(t.testdir(), 'events.jsonl');
  const program = `import { openEventLog } from ${JSON.stringify(module)};
    openEventLog(${JSON.stringify(file)}, 'tag', 'cat')('ended');`;
  const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { timeout: 20_000 });
  t.equal(status, 0);
  t.match(eventsIn(file), [{ event: 'ended' }]);
});
