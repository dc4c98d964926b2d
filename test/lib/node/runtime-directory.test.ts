import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  placedFiles,
  RuntimeDirectory,
  SERVICES_DIRECTORY,
  startedServices,
} from '../../../lib/node/runtime-directory.ts';
import { exampleService } from '../../support/example-service.ts';

const service = exampleService({ name: 'locks', sharedDir: '/srv/nfs/locks' });

t.test('every file has its place', async (t) => {
  const directory = new RuntimeDirectory('locks');
  t.equal(directory.path, `${SERVICES_DIRECTORY}/locks`);
  t.same(
    [
      directory.serviceFile,
      directory.pidFile,
      directory.socket,
      directory.verdictFile,
      directory.agreedFile,
      directory.eventFile,
      directory.statdDirectory,
    ],
    ['service.json', 'keeper.pid', 'keeper.sock', 'verdict', 'agreed', 'events.jsonl', 'statd'].map((name) =>
      join(directory.path, name),
    ),
  );
});

t.test('from start to stop the service is there', async (t) => {
  const base = join(t.testdir(), 'run');
  const directory = new RuntimeDirectory('locks', base);
  t.same(await startedServices(base), []);
  t.equal(await directory.service(), null);
  await directory.create(service);
  await new RuntimeDirectory('a', base).create({ ...service, name: 'a' });
  t.same(await startedServices(base), ['a', 'locks']);
  const byHand = join(base, '../node/placed.json');
  t.same(directory.otherPlacedFiles(), [join(base, 'a/placed.json'), byHand]);
  t.same(placedFiles(base), [join(base, 'a/placed.json'), directory.placedFile, byHand]);
  t.same(placedFiles(join(base, '../none')), [byHand], 'nothing is started');
  t.ok(placedFiles().length > 0);
  t.same(await directory.service(), service);
  t.equal(statSync(directory.path).mode & 0o777, 0o700);
  t.equal(statSync(directory.serviceFile).mode & 0o777, 0o600);
  t.same(readdirSync(directory.path), ['service.json']);
  await directory.create({ ...service, sharedDir: '/other' });
  t.match(await directory.service(), { sharedDir: '/other' });
  await directory.remove();
  t.notOk(existsSync(directory.path));
  await directory.remove();
  t.same(await startedServices(base), ['a']);
});

t.test('a directory that only others can read becomes private', async (t) => {
  const base = t.testdir({ locks: {} });
  chmodSync(join(base, 'locks'), 0o755);
  await new RuntimeDirectory('locks', base).create(service);
  t.equal(statSync(join(base, 'locks')).mode & 0o777, 0o700);
});

t.test('a directory that others can write is not used', async (t) => {
  const base = t.testdir({ open: {}, theirs: {}, elsewhere: {} });
  chmodSync(join(base, 'open'), 0o770);
  chownSync(join(base, 'theirs'), 65534, 65534);
  symlinkSync(join(base, 'elsewhere'), join(base, 'link'));
  for (const name of ['open', 'theirs', 'link']) {
    const directory = new RuntimeDirectory(name, base);
    await t.rejects(
      directory.create(service),
      { code: 'not-ours', facts: { subject: directory.path } },
      name,
    );
    t.equal(await directory.service(), null);
  }
});

t.test('what is no service is told apart from none', async (t) => {
  const base = t.testdir({
    text: { 'service.json': 'not JSON' },
    wrong: { 'service.json': JSON.stringify({ ...service, addresses: [] }) },
    unreadable: { 'service.json': {} },
  });
  await t.rejects(new RuntimeDirectory('text', base).service(), { code: 'malformed' });
  await t.rejects(new RuntimeDirectory('wrong', base).service(), {
    code: 'malformed',
    facts: { subject: join(base, 'wrong/service.json'), found: /^addresses: / },
  });
  await t.rejects(new RuntimeDirectory('unreadable', base).service(), { code: 'EISDIR' });
});

t.test('the pid that a keeper left', async (t) => {
  const directory = new RuntimeDirectory('locks', t.testdir());
  t.equal(await directory.keeperPid(), null);
  mkdirSync(directory.path);
  for (const [text, pid] of [
    ['1234\n', 1234],
    ['1\n', null],
    ['-5\n', null],
    ['', null],
    ['12.5', null],
    ['keeper', null],
  ] as const) {
    writeFileSync(directory.pidFile, text);
    t.equal(await directory.keeperPid(), pid, JSON.stringify(text));
  }
});

t.test('a place that cannot be listed is no empty one', async (t) => {
  const base = join(t.testdir({ file: '' }), 'file');
  await t.rejects(startedServices(base), { code: 'ENOTDIR' });
  t.type(await startedServices(), Array);
});
