import t from 'tap';
import { graceLengthCheck } from '../../../lib/checks/grace-length.ts';
import { FakeRoot } from '../node/fake-root.ts';
import { fileOf } from '../store/arbitraries.ts';
import { examined, exampleNode, exampleStore } from './example-node.ts';

const CLIENTS = new Map(['c1', 'c2'].map((client) => [client, fileOf(client)]));

function found(
  root: FakeRoot,
  took: number,
  { startedHere = true, readable = true, lockManager = 'auto' as const } = {},
) {
  const node = exampleNode({
    root: root.path,
    roundTrip: async () => ({ client: 'localhost', took, called: true }),
    store: async () => (readable ? exampleStore({ current: CLIENTS }) : Promise.reject(new Error('no'))),
  });
  return graceLengthCheck.look(node, examined({ startedHere, lockManager }));
}

t.test('all clients fit into half of the grace period', async (t) => {
  const ganesha = new FakeRoot(t.testdir()).put({ 'proc/stat': 'btime 1\n' }).process(7, 'ganesha.nfsd');
  t.match(
    await found(ganesha, 1),
    { verdict: 'ok', evidence: /^no lock manager runs here/ },
    'no configuration',
  );
  ganesha.put({ 'etc/ganesha/ganesha.conf': 'NFSV4 { }' });
  t.match(await found(ganesha, 5), { verdict: 'ok', evidence: '90 s; 2 clients at 5 ms each need 0.0 s' });
  ganesha.put({ 'etc/ganesha/ganesha.conf': 'NFSV4 { Grace_Period = 10; }' });
  t.match(await found(ganesha, 2000), { verdict: 'ok' });
  t.match(await found(ganesha, 3000), {
    verdict: 'warning',
    evidence: '10 s; 2 clients at 3000 ms each need 6.0 s',
  });
  t.match(await found(ganesha, 6000), { verdict: 'bad' });
  t.match(await found(ganesha, 6000, { startedHere: false }), { verdict: 'ok' }, 'none are known here');
  t.match(await found(ganesha, 6000, { readable: false }), { verdict: 'ok' });
});

t.test('the kernel says how long it is', async (t) => {
  const kernel = new FakeRoot(t.testdir()).put({ 'proc/stat': 'btime 1\n' });
  t.match(await found(kernel, 5), { verdict: 'ok', evidence: /^no lock manager/ });
  t.match(await found(kernel.server(), 5), { verdict: 'ok', evidence: /^90 s; / });
});
