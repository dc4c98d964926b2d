import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import t from 'tap';
import { conveyPrivate } from '../../../../lib/convey/index.ts';
import { startSmNotify } from '../../../../lib/recover/triggers/sm-notify-process.ts';
import { until } from '../../capture/sm-directory.ts';
import { fileOf } from '../../store/arbitraries.ts';

const owner = { uid: 104, gid: 65534 };

t.test('what belongs to the node only seems to be written', async (t) => {
  // With nobody to tell, sm-notify would end the grace period: the worst case.
  const root = t.testdir({ state: 'N' });
  const directory = join(root, 'statd');
  await conveyPrivate({ dir: directory, files: [], stateNumber: 3, owner });
  const kept = join(root, 'state');
  const run = startSmNotify({
    directory,
    name: '127.0.0.1',
    sourcePort: 0,
    shielded: [kept, '/no/such/file'],
  });
  await until(() => run.ended() !== null);
  t.match(run.ended(), /^exit code 0: /);
  t.equal(readFileSync(kept, 'utf8'), 'N');
});

t.test('a shield that cannot be put up keeps it from starting; its words are kept', async (t) => {
  const root = t.testdir({ directory: {} });
  const directory = join(root, 'no-such-directory');
  const run = startSmNotify({ directory, name: '127.0.0.1', sourcePort: 900, shielded: [root] });
  await until(() => run.ended() !== null);
  t.match(run.ended(), /^exit code 1: .*mount/);
});

t.test('without unshare it does not start', async (t) => {
  const run = startSmNotify({ directory: '/x', name: 'x', sourcePort: 0, unshare: '/no/such/program' });
  await until(() => run.ended() !== null);
  t.match(run.ended(), /ENOENT/);
});

t.test('it is ended at once', async (t) => {
  const directory = join(t.testdir({}), 'statd');
  await conveyPrivate({ dir: directory, files: [fileOf('127.0.0.77')], stateNumber: 3, owner });
  const run = startSmNotify({ directory, name: '127.0.0.1', sourcePort: 901 });
  t.equal(run.ended(), null);
  await run.end();
  t.match(run.ended(), /of a signal/);
});

t.test('a file system that is unmounted on the node meanwhile is not kept in use by it', async (t) => {
  const root = t.testdir({ node: {} });
  const node = join(root, 'node');
  const disk = join(node, 'disk');
  const directory = join(root, 'statd');
  await conveyPrivate({ dir: directory, files: [fileOf('127.0.0.77')], stateNumber: 3, owner });
  // As systemd has all of a node's mounts.
  execaSync('mount', ['-t', 'tmpfs', 'none', node]);
  execaSync('mount', ['--make-shared', node]);
  mkdirSync(disk);
  execaSync('mount', ['-t', 'tmpfs', 'none', disk]);
  const run = startSmNotify({ directory, name: '127.0.0.1', sourcePort: 902 });
  try {
    const running = () =>
      readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
        .split(' ')
        .find((pid) => pid !== '' && readFileSync(`/proc/${pid}/comm`, 'utf8') === 'sm-notify\n');
    await until(() => running() !== undefined);
    const seen = () => readFileSync(`/proc/${running()}/mountinfo`, 'utf8');
    t.match(seen(), ` ${disk} `, 'it came along');
    execaSync('umount', [disk]);
    t.notMatch(seen(), ` ${disk} `, 'and has gone');
  } finally {
    await run.end();
    execaSync('umount', ['--recursive', node]);
  }
});
