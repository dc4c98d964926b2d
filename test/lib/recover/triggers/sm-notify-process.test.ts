import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
