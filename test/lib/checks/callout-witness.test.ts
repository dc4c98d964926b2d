import { appendFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { writeFifo } from '../../../lib/capture/callout-fifo.ts';
import { witnessCallout } from '../../../lib/checks/callout-witness.ts';
import { until } from '../capture/sm-directory.ts';

const USER = { uid: 0, gid: 0, mode: 0o700 };

t.test('it sees who is asked for, and leaves nothing behind', async (t) => {
  const doors = join(t.testdir({ run: {} }), 'run/callout');
  const witness = await witnessCallout(doors, USER);
  const [name = ''] = readdirSync(doors);
  t.notOk(await witness.hasSeen('localhost'));
  writeFifo(join(doors, name, 'request'), '1-1 add-client localhost n1\n');
  await until(() => witness.hasSeen('localhost'));
  await witness.leave();
  t.notOk(existsSync(join(doors, name)));
});

t.test('a call for which we were too slow counts as well', async (t) => {
  const doors = join(t.testdir({ run: {} }), 'run/callout');
  const witness = await witnessCallout(doors, USER);
  const [name = ''] = readdirSync(doors);
  appendFileSync(join(doors, name, 'spool'), '1-1 add-client localhost n1\n');
  t.ok(await witness.hasSeen('localhost'));
  await witness.leave();
});

t.test('what one left behind that was killed is taken away, and nobody else\u2019s', async (t) => {
  const doors = join(t.testdir({ run: {} }), 'run/callout');
  for (const name of ['nfs-a', '+doctor-99999999', `+doctor-${process.ppid}`]) {
    mkdirSync(join(doors, name), { recursive: true });
  }
  const witness = await witnessCallout(doors, USER);
  const others = readdirSync(doors).filter((name) => name !== `+doctor-${process.pid}`);
  t.same(others.sort(), [`+doctor-${process.ppid}`, 'nfs-a']);
  await witness.leave();
});
