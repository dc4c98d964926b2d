import t from 'tap';
import { thisCluster, thisNode } from '../../../lib/checks/this-node.ts';
import { keeperWith, reportOf, shortDirectory } from '../cli/reports.ts';
import { exampleCib, exampleStore } from './example-node.ts';

const cluster = async () => exampleCib('');

t.test('the node as it is; a store is read once', async (t) => {
  const runtime = shortDirectory(t);
  let read = 0;
  const store = async () => {
    read += 1;
    return exampleStore();
  };
  const node = thisNode({ cluster, store, statdDir: null, runtime });
  t.equal(node.nodeVersion, process.versions.node);
  t.ok(node.localAddresses().size > 0);
  t.ok(node.now() > 0);
  await Promise.all([node.store('/a'), node.store('/a'), node.store('/b')]);
  t.equal(read, 2);
  t.teardown(await keeperWith(runtime, reportOf('nfs-a')));
  t.match(await node.keeper('nfs-a'), { service: 'nfs-a' });
});

t.test('without sm/ nobody is monitored', async (t) => {
  const node = thisNode({ cluster, store: async () => exampleStore(), statdDir: t.testdir() });
  await t.rejects(node.roundTrip(), { code: 'bad-node', message: /has no sm\/$/ });
});

t.test('with it, rpc.statd is asked, once', async (t) => {
  const statdDir = t.testdir({ sm: {} });
  const runtime = `${t.testdir({ sm: {}, run: {} })}/run/services`;
  const node = thisNode({ cluster, store: async () => exampleStore(), statdDir, runtime });
  const [one, two] = [node.roundTrip(), node.roundTrip()];
  t.equal(one, two);
  await one.catch(() => undefined);
});

t.test('Pacemaker is asked once', async (t) => {
  const ask = thisCluster();
  const [one, two] = [ask(), ask()];
  t.equal(one, two);
  await one.catch((error) => t.match(error, { name: 'Fault' }));
});
