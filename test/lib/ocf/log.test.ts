import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readEnvironment } from '../../../lib/ocf/environment.ts';
import { ocfLog } from '../../../lib/ocf/log.ts';

function stream(isTTY: boolean) {
  const text: string[] = [];
  return { isTTY, text, write: (chunk: string) => text.push(chunk) };
}

function setup(dir: string, env: Record<string, string>, isTTY = false) {
  const logger = join(dir, 'logger');
  const said = join(dir, 'syslog');
  writeFileSync(logger, `#!/bin/sh\nprintf '%s|' "$@" >>${said}\n`);
  chmodSync(logger, 0o755);
  const stderr = stream(isTTY);
  const log = ocfLog({ environment: readEnvironment(env), tag: 'nfslock(a)[7]', stderr, logger });
  return { log, stderr: stderr.text, syslog: () => (existsSync(said) ? readFileSync(said, 'utf8') : '') };
}

t.test('without syslog and log file it goes to stderr, in the form that crmsh reads', async (t) => {
  const { log, stderr } = setup(t.testdir(), {});
  log.warn('first\nsecond');
  log.info('hello');
  log.debug('hidden');
  log.reason('stands there already');
  t.same(stderr, ['WARNING: first\\nsecond\n', 'INFO: hello\n']);
});

t.test('debug is said when it is asked for', async (t) => {
  const { log, stderr } = setup(t.testdir(), { HA_debug: '1' });
  log.debug('detail');
  t.same(stderr, ['DEBUG: detail\n']);
});

t.test('a terminal gets it even where syslog is set', async (t) => {
  const { log, stderr, syslog } = setup(t.testdir(), { HA_LOGFACILITY: 'daemon' }, true);
  log.warn('look');
  log.reason('stands there already');
  t.same(stderr, ['WARNING: look\n']);
  t.equal(syslog(), '');
});

t.test('syslog and log file get the line with the tag, and stderr does not', async (t) => {
  const dir = t.testdir();
  const file = join(dir, 'ha.log');
  const { log, stderr, syslog } = setup(dir, { HA_LOGFACILITY: 'daemon', HA_LOGFILE: file });
  log.reason('broken');
  log.warn('-x $(id)');
  t.equal(
    syslog(),
    '-t|nfslock(a)[7]|-p|daemon.err|--|ERROR: broken|-t|nfslock(a)[7]|-p|daemon.warning|--|WARNING: -x $(id)|',
  );
  const lines = readFileSync(file, 'utf8').split('\n');
  t.match(lines[0], /^[A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d nfslock\(a\)\[7\]: {4}ERROR: broken$/);
  t.equal(lines.length, 3);
  t.same(stderr, []);
});

t.test('a log that cannot be written costs nothing', async (t) => {
  const { log, stderr } = setup(t.testdir(), { HA_LOGFILE: '/nonexistent/ha.log' });
  log.info('lost');
  t.same(stderr, []);
});
