import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { graceNeed } from '../../../lib/keeper/grace-need.ts';
import type { Report } from '../../../lib/keeper/index.ts';
import { spawnKeeper } from '../../../lib/keeper/keeper-process.ts';
import { NodeDirectory } from '../../../lib/node/node-directory.ts';
import { exampleService } from '../../support/example-service.ts';
import { until } from '../capture/sm-directory.ts';
import { FakeRoot } from '../node/fake-root.ts';
import { FakeKeeper, type Manner } from './fake-keeper.ts';

/** A node that serves NFSv3 alone, with another service whose keeper is like this. */
async function nodeWith(
  t: Parameters<typeof FakeKeeper.make>[0],
  manner: Manner,
  graceEnd: 'full' | 'settled',
) {
  const fake = await FakeKeeper.make(t, manner);
  await fake.directory.create(exampleService({ graceEnd }));
  const root = new FakeRoot(t.testdir()).server();
  const node = new NodeDirectory(join(root.path, 'node'));
  const need = (name: string, lockManager = 'lockd:1:1') =>
    graceNeed({ name, lockManager }, 'lockd:1:1', fake.runtime, root.path, node);
  return { fake, root, node, need };
}

async function withKeeper(t: Parameters<typeof FakeKeeper.make>[0], report: Partial<Report>) {
  const made = await nodeWith(t, { report }, 'settled');
  spawnKeeper(made.fake.program, 'nfs-a');
  await until(() => made.fake.pids.length > 0);
  await until(async () => (await made.need('nfs-b'))?.includes('does not say') !== true);
  return made;
}

t.test('nothing needs it where no other service is, and no NFSv4', async (t) => {
  const { root, fake, need } = await nodeWith(t, {}, 'full');
  t.equal(await need('nfs-a'), null, 'a service does not stand in its own way');
  root.remove('proc/fs/nfsd');
  t.equal(await need('nfs-a'), null, 'no nfsd at all');
  root.put({ 'proc/fs/nfsd/threads': '8\n', 'proc/fs/nfsd/versions': '+3 +4 +4.1 -4.2\n' });
  t.match(await need('nfs-a'), /^NFSv4 is served here/);
  t.equal(fake.pids.length, 0);
});

t.test('a restart of the lock manager needs it, and so do those who have to be told of one', async (t) => {
  const { node, need } = await nodeWith(t, {}, 'full');
  mkdirSync(node.dutyStore, { recursive: true });
  t.equal(await need('nfs-a'), 'clients of exports that no service protects are being told');
  writeFileSync(node.planFile, '');
  t.equal(await need('nfs-a'), 'the lock manager is being restarted');
});

t.test('clients that sm-notify tells of a reboot of the node need it', async (t) => {
  const { root, need } = await nodeWith(t, {}, 'settled');
  root.put({ 'var/lib/nfs/sm/c1': '', 'var/lib/nfs/sm.bak/c2': '' });
  t.equal(await need('nfs-a'), null, 'nobody tells them');
  root.process(60, 'sm-notify');
  t.match(await need('nfs-a'), /^sm-notify is telling clients/);
  root.remove('var/lib/nfs/sm.bak/c2');
  t.equal(await need('nfs-a'), null, 'all have answered');
  root.remove('var/lib/nfs');
  t.equal(await need('nfs-a'), null, 'it tells those of another directory');
});

t.test(
  'nor does it end for clients that are back with another lock manager than the one that runs',
  async (t) => {
    const { need } = await nodeWith(t, {}, 'full');
    t.equal(await need('nfs-a', 'lockd:1:0'), 'nfs-a has not seen yet that the lock manager was restarted');
  },
);

t.test('a service that wants the full time gets it', async (t) => {
  const { need } = await nodeWith(t, {}, 'full');
  t.equal(await need('nfs-b'), 'nfs-a wants the full grace period');
});

t.test('a service whose keeper does not answer may need it', async (t) => {
  const { need } = await nodeWith(t, {}, 'settled');
  t.match(await need('nfs-b'), /^nfs-a does not say how far it is: no keeper listens/);
});

for (const [phase, wanted] of [
  ['adopting', 'nfs-a is adopting'],
  ['recovering', 'nfs-a is recovering'],
  ['settling', null],
  ['capturing', null],
] as const) {
  t.test(`another service is ${phase}`, async (t) => {
    const { need } = await withKeeper(t, { phase });
    t.equal(await need('nfs-b'), wanted);
  });
}

for (const [what, lockManager, wanted] of [
  ['sees the lock manager that runs', 'lockd:1:1', null],
  ['has yet to see that it restarted', 'lockd:1:0', /^nfs-a has not seen yet/],
  ['has yet to see any', null, /^nfs-a has not seen yet/],
] as const) {
  t.test(`the keeper of another service ${what}`, async (t) => {
    const { need } = await withKeeper(t, { phase: 'capturing', lockManager });
    t.match(await need('nfs-b'), wanted);
  });
}
