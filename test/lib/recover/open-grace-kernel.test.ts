import { join } from 'node:path';
import t from 'tap';
import { lockdRestartedAt } from '../../../lib/node/lockd-restart.ts';
import { NODE_DIRECTORY, NodeDirectory } from '../../../lib/node/node-directory.ts';
import { findProcess, type ProcessIdentity } from '../../../lib/node/process.ts';
import {
  type OpenGraceOptions,
  openedLength,
  openKernelGrace,
} from '../../../lib/recover/open-grace-kernel.ts';
import { FakeRoot } from '../node/fake-root.ts';

const IN_GRACE = {
  lockd: { 'proc/fs/lockd/nlm_end_grace': 'N\n\0' },
  nfsd: { 'proc/fs/nfsd/v4_end_grace': 'N\n' },
};
const MOUNT = '40 1 0:40 / /mnt/x rw - nfs filer:/x rw,vers=3,local_lock=none\n';

/** A node whose commands have the given effects on its /proc; what happened is written down in order. */
function node(root: FakeRoot, effects: Readonly<Record<string, () => void>> = {}) {
  const did: string[] = [];
  const run = async ([program = '', ...args]: readonly string[]) => {
    const aside = args.join(' ').includes('nfsdcld') ? ' without nfsdcld' : '';
    did.push(program === 'sh' ? `threads${aside}` : program);
    effects[program]?.();
    return args.join(' ');
  };
  const options: Omit<OpenGraceOptions, 'neighbours'> & Required<Pick<OpenGraceOptions, 'signal'>> = {
    needed: 20_000,
    root: root.path,
    within: 60,
    beforeDrop: async () => {
      did.push('beforeDrop');
    },
    run: (command) =>
      command[0] === 'sh' ? Promise.reject(new Error('it can be killed half-way')) : run(command),
    runThrough: run,
    signal: (pid, signal) => {
      did.push(`${signal} ${pid}`);
    },
  };
  return { did, open: (neighbours: boolean) => openKernelGrace({ ...options, neighbours }) };
}

t.test('a grace period that lasts long enough is left alone', async (t) => {
  const root = new FakeRoot(t.testdir()).server().put({ ...IN_GRACE.lockd, 'proc/uptime': '25.00 1.00\n' });
  const { did, open } = node(root);
  t.equal(await open(true), 'already');
  t.same(did, []);
});

t.test('one that is too short, or of unknown length, is begun anew', async (t) => {
  const root = new FakeRoot(t.testdir()).server().put({ ...IN_GRACE.lockd, 'proc/uptime': '45.00 1.00\n' });
  t.equal(await node(root, { sh: () => root.put(IN_GRACE.nfsd) }).open(true), 'pinned');
  root.put({ 'proc/fs/nfsd/v4_end_grace': 'Y\n', 'proc/uptime': '100.00 1.00\n' });
  t.equal(await node(root, { sh: () => root.put(IN_GRACE.nfsd) }).open(true), 'pinned');
});

t.test('without nfsd its start will begin one', async (t) => {
  const root = new FakeRoot(t.testdir());
  t.equal(await node(root).open(true), 'starting');
  root.server().put({ 'proc/fs/nfsd/threads': '0\n' });
  t.equal(await node(root).open(true), 'starting');
  root.put({ 'proc/self/mountinfo': MOUNT });
  t.equal(await node(root).open(true), 'starting', "with lockd kept up, nfsd's own");
});

t.test('lockd is pinned so that the neighbours keep their locks', async (t) => {
  const root = new FakeRoot(t.testdir()).server();
  const { did, open } = node(root, { sh: () => root.put(IN_GRACE.nfsd) });
  t.equal(await open(true), 'pinned');
  t.same(did, ['exportfs', 'mount', 'threads', 'umount', 'exportfs']);
});

t.test('a pin that a dead keeper left goes first', async (t) => {
  const root = new FakeRoot(t.testdir()).server().put({ 'run/lockferry/pin/host': '127.0.0.1' });
  const pinned = `40 1 0:40 / ${root.path}/run/lockferry/pin/mount rw - nfs x:/y ro,vers=3\n`;
  root.put({ 'proc/self/mountinfo': pinned });
  const umount = () => root.put({ 'proc/self/mountinfo': '' });
  const { did, open } = node(root, { umount, sh: () => root.put(IN_GRACE.lockd) });
  t.equal(await open(false), 'threads');
  t.same(did, ['umount', 'exportfs', 'beforeDrop', 'threads']);
});

t.test('a pin that stays is one, and one that does not go afterwards is no failure', async (t) => {
  const root = new FakeRoot(t.testdir()).server();
  const mount = () =>
    root.put({
      'proc/self/mountinfo': `40 1 0:40 / ${root.path}/run/lockferry/pin/mount rw - nfs x:/y ro,vers=3\n`,
    });
  const umount = () => {
    throw new Error('busy');
  };
  const { did, open } = node(root, { mount, umount, sh: () => root.put(IN_GRACE.nfsd) });
  t.equal(await open(true), 'pinned');
  t.same(did.splice(0), ['exportfs', 'mount', 'threads', 'umount']);
  root.put({ 'proc/fs/nfsd/v4_end_grace': 'Y\n' });
  t.equal(await open(true), 'pinned');
  t.same(did, ['umount', 'threads']);
});

t.test('how long a period lasts that is opened', async (t) => {
  const root = new FakeRoot(t.testdir());
  t.equal(await openedLength(root.path), null);
  t.equal(await openedLength(root.server().path), 90_000, "nfsd's");
  root.remove('proc/fs/nfsd/v4_end_grace');
  t.equal(await openedLength(root.path), 50_000, "lockd's, where nfsd has none");
  await t.resolves(openedLength(), 'of this node');
});

t.test('a lockd that an NFS mount keeps up needs no pin', async (t) => {
  const root = new FakeRoot(t.testdir()).server().put({ 'proc/self/mountinfo': MOUNT });
  const { did, open } = node(root, { sh: () => root.put(IN_GRACE.nfsd) });
  t.equal(await open(false), 'pinned');
  t.same(did, ['threads']);
});

t.test('nfsdcld steps aside where no NFSv4 is served', async (t) => {
  const root = new FakeRoot(t.testdir()).server().process(60, 'nfsdcld');
  const { did, open } = node(root, { sh: () => root.put(IN_GRACE.nfsd) });
  t.equal(await open(true), 'pinned');
  t.same(did, ['exportfs', 'mount', 'threads without nfsdcld', 'umount', 'exportfs']);
});

t.test('where only lockd can begin one, the neighbours are thought of first', async (t) => {
  const root = new FakeRoot(t.testdir()).server().process(60, 'nfsdcld');
  root.put({ 'proc/fs/nfsd/versions': '+3 +4 +4.2\n' });
  const { did, open } = node(root, { sh: () => root.put(IN_GRACE.lockd) });
  t.equal(await open(true), 'threads');
  t.same(did, ['beforeDrop', 'threads']);
});

t.test('without neighbours the threads simply go and come back', async (t) => {
  const root = new FakeRoot(t.testdir()).server();
  const { did, open } = node(root, { sh: () => root.put(IN_GRACE.lockd) });
  t.equal(await open(false), 'threads');
  t.same(did, ['beforeDrop', 'threads']);
});

t.test('SIGKILL is the last resort: lockd is woken to see it', async (t) => {
  const root = new FakeRoot(t.testdir()).server();
  root.put({ 'proc/fs/nfsd/threads': '0\n', 'proc/self/mountinfo': MOUNT });
  root.remove('proc/fs/nfsd/v4_end_grace');
  const { did, open } = node(root, { rpcinfo: () => root.put(IN_GRACE.lockd) });
  t.equal(await open(true), 'sigkill');
  t.same(did, ['beforeDrop', 'SIGKILL 50', 'rpcinfo']);
  const { lockdRestart } = new NodeDirectory(join(root.path, NODE_DIRECTORY));
  const lockd = await findProcess('lockd', join(root.path, 'proc'));
  t.type(await lockdRestartedAt(lockdRestart, lockd as ProcessIdentity), 'number', 'everybody is to know');
  t.equal(await open(true), 'already', 'a service that arrives together lets lockd alone');
});

t.test('what makes each way impossible is named', async (t) => {
  const root = new FakeRoot(t.testdir()).server().process(60, 'nfsdcld');
  root.put({
    'proc/fs/nfsd/versions': '+3 +4\n',
    'proc/self/mountinfo': MOUNT,
    'proc/sys/kernel/osrelease': '6.12.107\n',
  });
  await t.rejects(node(root).open(true), {
    code: 'bad-node',
    message:
      'no grace period can be opened here: pinned: nfsdcld lets nfsd skip its NFSv4 grace period; ' +
      'threads: lockd stays up for the NFS mount /mnt/x; sigkill: lockd of Linux 6.12.107 ignores SIGKILL',
  });
  root.put({ 'proc/fs/nfsd/threads': '0\n' });
  await t.rejects(node(root).open(true), {
    message: /pinned: no nfsd runs; threads: no nfsd runs; sigkill:/,
  });
});

t.test('a grace that does not come on is not believed', async (t) => {
  const root = new FakeRoot(t.testdir()).server().put({ 'proc/sys/kernel/osrelease': '6.12.107\n' });
  root.remove('proc/fs/nfsd/v4_end_grace');
  await t.rejects(node(root).open(true), {
    message: /pinned: this kernel's nfsd has no NFSv4; threads: grace was not on after 60 ms; sigkill: lockd/,
  });
});
