import t from 'tap';
import { ports } from '../../../lib/checks/ports.ts';
import { FakeRoot } from '../node/fake-root.ts';
import { examined, exampleNode } from './example-node.ts';

const look = (root: FakeRoot, lockManager: 'kernel' | 'ganesha' | 'auto') =>
  ports.look(exampleNode({ root: root.path }), examined({ lockManager }));

t.test('with the kernel\u2019s server: statd, lockd, mountd', async (t) => {
  const root = new FakeRoot(t.testdir());
  t.match(await look(root, 'kernel'), {
    verdict: 'warning',
    evidence: /^any port: rpc.statd .*lockd .*rpc.mountd/,
  });
  root.put({ 'etc/nfs.conf': '[statd]\nport=1\n[lockd]\nport=2\n[mountd]\nport=3\n' });
  t.same(await look(root, 'kernel'), { verdict: 'ok', evidence: 'all are fixed' });
  root.put({ 'proc/sys/fs/nfs/nlm_tcpport': '0\n' });
  t.match(
    await look(root, 'kernel'),
    { verdict: 'warning', evidence: /^any port: lockd/ },
    'rpc.statd has not read it yet',
  );
  root.put({ 'etc/nfs.conf': '[statd]\nport=1\n[mountd]\nport=3\n' });
  t.match(await look(root, 'kernel'), { verdict: 'warning', evidence: /^any port: lockd/ });
  root.put({ 'proc/sys/fs/nfs/nlm_tcpport': '4045\n' });
  t.match(await look(root, 'kernel'), { verdict: 'ok' });
});

t.test('with NFS-Ganesha: statd, and what its configuration says', async (t) => {
  const root = new FakeRoot(t.testdir())
    .process(70, 'rpc.statd')
    .put({ 'proc/70/cmdline': 'rpc.statd\0-p\x0032765\0' });
  t.match(await look(root, 'ganesha'), { verdict: 'ok' }, 'nothing to read');
  root.put({ 'etc/ganesha/ganesha.conf': 'NFS_CORE_PARAM { NLM_Port = 4045; }' });
  t.match(await look(root, 'ganesha'), {
    verdict: 'warning',
    evidence: 'any port: NFS-Ganesha (MNT_Port in ganesha.conf)',
  });
  root.put({
    'etc/ganesha/ganesha.conf': 'NFS_CORE_PARAM { NLM_Port = 4045; MNT_Port = 0; MNT_Port = 20048; }',
  });
  t.match(await look(root, 'ganesha'), { verdict: 'ok' });
});
