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
  t.equal(node.cluster, cluster);
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

t.test('a configuration of some MiB is read, and one beyond all measure named as what it is', async (t) => {
  const xml = '<cib><configuration><resources/></configuration></cib>';
  const padded = ['sh', '-c', `printf '%*s' ${2 << 20} ''; echo '${xml}'`];
  t.same((await thisCluster(padded)()).primitives, []);
  await t.rejects(thisCluster(['head', '-c', `${17 << 20}`, '/dev/zero'])(), {
    code: 'failed',
    message: /said more than 16 MiB$/,
  });
});

t.test('Pacemaker is asked once', async (t) => {
  const ask = thisCluster();
  const [one, two] = [ask(), ask()];
  t.equal(one, two);
  await one.catch((error) => t.match(error, { name: 'Fault' }));
});
