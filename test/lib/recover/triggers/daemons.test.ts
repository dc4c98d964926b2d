import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { nfsDaemons, statdDaemon } from '../../../../lib/recover/triggers/daemons.ts';
import { emptyRoot } from './empty-root.ts';

/** A node on which these programs, which are root's, run; each as its words say, in a unit or not. */
function nodeWith(
  t: Test,
  programs: Record<string, { words?: string[]; exe?: string; unit?: string }>,
  more: Record<string, object | string> = {},
): string {
  const root = emptyRoot(t, programs, more);
  for (const exe of Object.values(programs).flatMap((program) => program.exe ?? [])) {
    const path = join(root, exe.replace(' (deleted)', ''));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '', { mode: 0o755 });
  }
  return root;
}

t.test('rpc.statd: its unit, else as it was started, in the background and without sm-notify', async (t) => {
  t.equal(await statdDaemon(nodeWith(t, {})), null);
  const root = nodeWith(t, { 'rpc.statd': { unit: 'rpc-statd.service' } });
  t.same(await statdDaemon(root), { by: 'unit', unit: 'rpc-statd.service' });
  const words = ['rpc.statd', '-F', '-d', '-L', '-p', '32765', '--foreground'];
  for (const exe of ['/usr/sbin/rpc.statd', '/usr/sbin/rpc.statd (deleted)']) {
    t.same(await statdDaemon(nodeWith(t, { 'rpc.statd': { words, exe } })), {
      by: 'process',
      command: 'rpc.statd',
      argv: ['/usr/sbin/rpc.statd', '--no-notify', '-L', '-p', '32765'],
    });
  }
});

t.test('a program that others could have made what it is is not run', async (t) => {
  const exe = '/usr/sbin/rpc.statd';
  const root = nodeWith(t, { 'rpc.statd': { words: ['rpc.statd'], exe } });
  const program = join(root, exe);
  const refused = async (why: string) => {
    await t.rejects(
      statdDaemon(root),
      {
        code: 'bad-node',
        message: /\/usr\/sbin\/rpc\.statd, which is not root's alone/,
        facts: { cure: /unit/ },
      },
      why,
    );
  };
  for (const mode of [0o775, 0o757]) {
    chmodSync(program, mode);
    await refused(`mode ${mode.toString(8)}`);
  }
  chmodSync(program, 0o755);
  t.match(await statdDaemon(root), { by: 'process' });
  chownSync(program, 65534, 65534);
  await refused("another user's");
  rmSync(program);
  await refused('not there');
});

t.test('NFS-Ganesha is killed, and started by what is configured, or by its unit', async (t) => {
  const kill = { by: 'kill', command: 'ganesha.nfsd' };
  const unit = nodeWith(t, { 'ganesha.nfsd': { unit: 'nfs-ganesha.service' } });
  for (const what of ['lockd-restart', 'nfs-restart'] as const) {
    t.same(await nfsDaemons(what, 'ganesha', [], unit), [kill, { by: 'unit', unit: 'nfs-ganesha.service' }]);
    t.same(await nfsDaemons(what, 'ganesha', ['/etc/init.d/nfs'], unit), [
      kill,
      { by: 'command', words: ['/etc/init.d/nfs'] },
    ]);
  }
  for (const programs of [{}, { 'ganesha.nfsd': { words: ['x'] } }]) {
    await t.rejects(nfsDaemons('lockd-restart', 'ganesha', [], nodeWith(t, programs)), {
      code: 'bad-node',
      facts: { cure: 'set restart_command' },
    });
  }
});

t.test("the kernel's: nfsd's threads, and for all of NFS mountd", async (t) => {
  const nfsd = { fs: { nfsd: { threads: '8\n', versions: '+3 -4\n', portlist: 'tcp 2049\n' } } };
  const programs = { 'rpc.mountd': { words: ['rpc.mountd', '-F'], exe: '/usr/sbin/rpc.mountd' } };
  const root = nodeWith(t, programs, nfsd);
  const threads = { by: 'nfsd', argv: ['-V', '3', '-N', '4', '-t', '-U', '-p', '2049', '8'] };
  t.same(await nfsDaemons('lockd-restart', 'kernel', [], root), [threads]);
  t.same(await nfsDaemons('nfs-restart', 'kernel', [], root), [
    threads,
    { by: 'process', command: 'rpc.mountd', argv: ['/usr/sbin/rpc.mountd'] },
  ]);
  t.same(await nfsDaemons('nfs-restart', 'kernel', [], nodeWith(t, {}, nfsd)), [threads]);
  const command = ['/etc/init.d/nfs', '-q'];
  t.same(await nfsDaemons('nfs-restart', 'kernel', command, root), [{ by: 'command', words: command }]);
});

t.test("the kernel's lock manager that does not run, or does not end", async (t) => {
  const none = nodeWith(t, {});
  await t.rejects(nfsDaemons('lockd-restart', 'kernel', [], none), { message: 'no nfsd runs' });
  const idle = nodeWith(t, {}, { fs: { nfsd: { threads: '0\n' } } });
  await t.rejects(nfsDaemons('lockd-restart', 'kernel', [], idle), { message: 'no nfsd runs' });
  const mountinfo = '40 1 0:40 / /mnt/nfs rw - nfs other:/srv rw,vers=3\n';
  const pinned = nodeWith(t, {}, { fs: { nfsd: { threads: '8\n' } } });
  symlinkSync(join(t.testdir({ mountinfo }), 'mountinfo'), join(pinned, 'proc/self/mountinfo'));
  await t.rejects(nfsDaemons('lockd-restart', 'kernel', [], pinned), { message: /NFS mount \/mnt\/nfs/ });
});
