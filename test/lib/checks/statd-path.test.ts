import t from 'tap';
import { statdPath } from '../../../lib/checks/statd-path.ts';
import { FakeRoot } from '../node/fake-root.ts';
import { examined, exampleNode } from './example-node.ts';

t.test('what rpc.statd writes is what is captured', async (t) => {
  const root = new FakeRoot(t.testdir()).put({ 'var/lib/nfs/sm/x': '', 'srv/statd/sm/x': '' });
  const found = (statdDir: string | null = null) =>
    statdPath.look(exampleNode({ root: root.path }), examined({ statdDir }));
  t.same(await found(), { verdict: 'ok', evidence: '/var/lib/nfs' }, 'it does not run');
  root.process(70, 'rpc.statd').put({ 'proc/70/cmdline': 'rpc.statd\0-F\0' });
  t.same(await found(), { verdict: 'ok', evidence: '/var/lib/nfs' });
  root.put({ 'proc/70/cmdline': 'rpc.statd\0-P\0/srv/statd/\0' });
  t.match(await found(), {
    ...{ verdict: 'bad', cure: 'set statd_dir=/srv/statd/' },
    evidence: 'rpc.statd works in /srv/statd/, and /var/lib/nfs is captured',
  });
  t.match(await found('/srv/statd'), { verdict: 'ok' });
  root.put({
    'proc/70/cmdline': 'rpc.statd\0',
    'etc/nfs.conf': '[statd]\nstate-directory-path=/srv/statd\n',
  });
  t.match(await found('/var/lib/nfs'), { verdict: 'bad' });
  t.match(await found(), { verdict: 'ok', evidence: '/srv/statd' });
});
