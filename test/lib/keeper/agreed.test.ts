import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { noteAgreed } from '../../../lib/keeper/agreed.ts';
import { findKeeper, spawnKeeper } from '../../../lib/keeper/keeper-process.ts';
import { VERSION } from '../../../lib/version.ts';
import { exampleService } from '../../support/example-service.ts';
import { FakeKeeper } from './fake-keeper.ts';

const GIVEN = { shared_dir: '/srv/a b', ip: '', names: 'a=b' };

async function atWork(t: Test) {
  const { directory, program } = await FakeKeeper.make(t);
  await directory.create(exampleService());
  spawnKeeper(program, 'nfs-a');
  for (;;) {
    const keeper = await findKeeper(directory);
    if (keeper !== null) return { directory, keeper };
    await pause(10);
  }
}

t.test('the keeper that has answered is noted with version, start and parameters', async (t) => {
  const { directory, keeper } = await atWork(t);
  await noteAgreed(directory, keeper.pid, GIVEN);
  const text = `${VERSION} ${keeper.pid} ${keeper.startTicks}\nshared_dir=/srv/a b\nip=\nnames=a=b\n`;
  t.equal(readFileSync(directory.agreedFile, 'utf8'), text);
  t.equal(statSync(directory.agreedFile).mode & 0o777, 0o600);
});

t.test('nothing is noted of another keeper, of none, or of what takes more than a line', async (t) => {
  const { directory, keeper } = await atWork(t);
  await noteAgreed(directory, keeper.pid + 1, GIVEN);
  await noteAgreed(directory, keeper.pid, { ...GIVEN, names: 'a\nb=' });
  writeFileSync(directory.pidFile, '1\n');
  await noteAgreed(directory, 1, GIVEN);
  t.notOk(existsSync(directory.agreedFile));
});

t.test('where it cannot be noted, nothing happens', async (t) => {
  const { directory, keeper } = await atWork(t);
  const find = async () => {
    rmSync(directory.path, { recursive: true });
    return keeper;
  };
  await noteAgreed(directory, keeper.pid, GIVEN, find);
  t.notOk(existsSync(directory.agreedFile));
});
