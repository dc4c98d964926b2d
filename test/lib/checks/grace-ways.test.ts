import t from 'tap';
import { graceWays } from '../../../lib/checks/grace-ways.ts';
import { FakeRoot } from '../node/fake-root.ts';
import { commands, examined, exampleNode } from './example-node.ts';

const ASK =
  'dbus-send --system --print-reply=literal --dest=org.ganesha.nfsd /org/ganesha/nfsd/admin org.ganesha.nfsd.admin.get_grace';
const MOUNT = '30 20 0:40 / /mnt rw - nfs a:/x rw,vers=3\n';

const look = (
  root: FakeRoot,
  lockManager: 'kernel' | 'ganesha' | 'auto',
  answers: Parameters<typeof commands>[0] = {},
) => graceWays.look(exampleNode({ root: root.path, run: commands(answers) }), examined({ lockManager }));

t.test('NFS-Ganesha has to answer on D-Bus', async (t) => {
  const root = new FakeRoot(t.testdir()).put({ 'proc/stat': 'btime 1\n' });
  t.match(await look(root, 'auto'), { verdict: 'ok', evidence: /^no lock manager runs/ });
  t.match(await look(root, 'ganesha'), { verdict: 'ok', evidence: /its start begins one$/ });
  root.process(7, 'ganesha.nfsd');
  t.match(await look(root, 'ganesha', { [ASK]: 'boolean false\n' }), {
    verdict: 'ok',
    evidence: /answers on D-Bus/,
  });
  t.match(await look(root, 'auto', { [ASK]: 1 }), {
    verdict: 'bad',
    evidence: 'NFS-Ganesha does not answer on D-Bus',
  });
});

t.test('the kernel has ways, or none', async (t) => {
  const root = new FakeRoot(t.testdir()).server();
  t.match(await look(root, 'kernel'), {
    ...{
      verdict: 'ok',
      evidence: /^Linux 6\.1\.176: nfsd's NFSv4 grace.*; a restart of its threads; SIGKILL to lockd$/,
    },
  });
  root.process(60, 'nfsdcld').put({ 'proc/fs/nfsd/versions': '-2 +3 +4 -4.0 +4.1 +4.2\n' });
  t.match(await look(root, 'kernel'), {
    verdict: 'ok',
    evidence: 'Linux 6.1.176: a restart of its threads; SIGKILL to lockd',
  });
  root.put({ 'proc/self/mountinfo': MOUNT });
  t.match(await look(root, 'kernel'), { verdict: 'ok', evidence: 'Linux 6.1.176: SIGKILL to lockd' });
  root.put({ 'proc/sys/kernel/osrelease': '6.12.107\n' });
  t.match(await look(root, 'kernel'), {
    verdict: 'bad',
    evidence:
      /: nfsdcld lets nfsd skip .*, NFS mounts keep lockd, and lockd of Linux 6\.12\.107 ignores SIGKILL$/,
  });
  root.put({ 'proc/fs/nfsd/threads': '0\n' });
  t.match(await look(root, 'kernel'), { verdict: 'ok', evidence: /no nfsd runs here/ });
  root.remove('proc/fs/nfsd');
  t.match(await look(root, 'kernel'), { verdict: 'ok' });
});
