import t from 'tap';
import { selinuxLabel } from '../../../lib/checks/selinux-label.ts';
import { FakeRoot } from '../node/fake-root.ts';
import { commands, examined, exampleNode } from './example-node.ts';

t.test('where SELinux enforces, sm/ has the label that rpc.statd may write', async (t) => {
  const root = new FakeRoot(t.testdir()).put({ 'var/lib/nfs/sm/x': '' });
  const found = (label: string) => {
    const run = commands({ [`stat --format=%C ${root.path}/var/lib/nfs/sm`]: label });
    return selinuxLabel.look(exampleNode({ root: root.path, run }), examined());
  };
  t.match(await found(''), { verdict: 'ok', evidence: 'SELinux does not enforce anything' });
  root.put({ 'sys/fs/selinux/enforce': '0' });
  t.match(await found(''), { verdict: 'ok' });
  root.put({ 'sys/fs/selinux/enforce': '1' });
  t.match(await found('system_u:object_r:var_lib_nfs_t:s0\n'), { verdict: 'ok' });
  t.match(await found('system_u:object_r:default_t:s0\n'), {
    ...{ verdict: 'bad', cure: /^restorecon -R \/var\/lib\/nfs\/sm/ },
    evidence: '/var/lib/nfs/sm is labelled system_u:object_r:default_t:s0',
  });
  t.match(await found(''), { verdict: 'bad', evidence: '/var/lib/nfs/sm is labelled nothing' });
});
