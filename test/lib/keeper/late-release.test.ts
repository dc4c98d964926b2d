import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { takeOver } from '../../../lib/keeper/adoption.ts';
import { releaseLate } from '../../../lib/keeper/late-release.ts';
import { NodeDirectory } from '../../../lib/node/node-directory.ts';
import { exampleService } from '../../support/example-service.ts';
import { lineOf, smDirectory } from '../capture/sm-directory.ts';
import { ExampleNode, lockManager } from './example-surroundings.ts';

/** A service with one client, whose keeper has died and whose address has left. */
async function scene(t: Test) {
  const root = t.testdir({ store: {} });
  const node = new ExampleNode();
  node.lockManager = lockManager(7);
  node.node = new NodeDirectory(join(root, 'node'));
  const service = exampleService({ sharedDir: join(root, 'store') });
  const directory = smDirectory(join(root, 'statd'), { client: lineOf('client') });
  const start = async () => {
    const { store, inPlace } = await takeOver(service, directory, node.surroundings());
    const inherited = [...store.state.inherited.keys()];
    await store.close();
    return { inPlace, inherited };
  };
  const logged: unknown[] = [];
  const release = () =>
    releaseLate(service, node.surroundings(), (event, facts) => logged.push([event, facts]));
  await start();
  return { node, service, logged, release, start, noted: node.node.releasedFile('nfs-a') };
}

const IN_PLACE = { inPlace: true, inherited: [] };

t.test('locks that were released late are no restart in place, once', async (t) => {
  const { node, start, release, noted } = await scene(t);
  t.same(await start(), IN_PLACE, 'nobody has released anything');
  node.release = async () => {
    t.ok(existsSync(noted), 'noted before it is done');
  };
  t.equal(await release(), true);
  t.same(node.released, ['ganesha 192.0.2.1']);
  t.equal(statSync(noted).mode & 0o777, 0o600);
  t.same(await start(), { inPlace: false, inherited: ['client'] });
  t.match(await start(), { inPlace: true }, 'the store says the rest');
});

t.test('of another lock manager it says nothing', async (t) => {
  const { node, start, release, noted } = await scene(t);
  await release();
  node.lockManager = lockManager(8);
  await start();
  t.notOk(existsSync(noted));
  mkdirSync(join(noted, '..'), { recursive: true });
  writeFileSync(noted, 'ganesha:7:1');
  t.match(await start(), { inPlace: true });
  node.lockManager = null;
  writeFileSync(noted, '');
  t.match(await start(), { inPlace: false }, 'none runs');
});

t.test('locks that are still needed here stay', async (t) => {
  const { node, start, release } = await scene(t);
  node.addresses.add('192.0.2.1');
  t.equal(await release(), true);
  t.same(node.released, []);
  node.addresses.clear();
  t.same(await start(), IN_PLACE);
});

t.test('what cannot be released, or noted, is said', async (t) => {
  const { node, start, release, logged } = await scene(t);
  node.release = () => Promise.reject(new Error('no answer'));
  t.equal(await release(), false);
  t.match(await start(), { inPlace: false }, 'it may have been: the clients are told in vain');
  node.release = async () => undefined;
  writeFileSync(node.node.path.concat('-file'), '');
  node.node = new NodeDirectory(`${node.node.path}-file`);
  t.equal(await release(), false);
  t.match(logged, [
    ['release-failed', { reason: /no answer/ }],
    ['release-failed', { reason: /ENOTDIR/ }],
  ]);
  t.same(node.released, [], 'what is not noted is not done');
});
