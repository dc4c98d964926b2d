import { readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../fault.ts';
import type { Daemon } from '../../node/daemon.ts';
import type { LockManagerKind } from '../../node/lock-manager.ts';
import { lockdMounts } from '../../node/lockd-users.ts';
import { nfsdArguments, readNfsd } from '../../node/nfsd.ts';
import { findProcess, programOf } from '../../node/process.ts';
import { unitOf } from '../../node/unit.ts';
import { printable } from '../../printable.ts';

const STATD_UNITS = ['rpc-statd.service', 'nfs-ganesha-lock.service'] as const;
const MOUNTD_UNITS = ['nfs-mountd.service'] as const;
const GANESHA_UNITS = ['nfs-ganesha.service'] as const;

/** Options that keep a daemon in the foreground, where nobody would read its standard error (rpc.statd(8), rpc.mountd(8)). */
const FOREGROUND = /^(-[Fd]+|--foreground|--no-syslog)$/;

/** How rpc.statd of this node is stopped, and started again without sm-notify; null: it does not run. */
export async function statdDaemon(root = '/'): Promise<Daemon | null> {
  const found = await daemonOf('rpc.statd', STATD_UNITS, root);
  if (found?.by !== 'process') return found;
  const [program = '', ...given] = found.argv;
  return { ...found, argv: [program, '--no-notify', ...given] };
}

/**
 * How the lock manager of this node, or the whole NFS service, is stopped, in this order, and started again, in the
 * reverse one. What is configured counts before what is found. @throws Fault `bad-node` where nothing is known that does it.
 */
export async function nfsDaemons(
  what: 'lockd-restart' | 'nfs-restart',
  kind: LockManagerKind,
  restartCommand: readonly string[],
  root = '/',
): Promise<Daemon[]> {
  const command: Daemon[] = restartCommand.length > 0 ? [{ by: 'command', words: [...restartCommand] }] : [];
  if (kind === 'kernel') return command.length > 0 ? command : kernel(what, root);
  // NFS-Ganesha is lock manager and NFS service in one. Told to end, it has statd drop every client, and waits three
  // seconds for each, as statd is down (Protocols/NLM/nsm.c nsm_unmonitor()); it keeps nothing that SIGKILL could lose.
  const kill: Daemon = { by: 'kill', command: 'ganesha.nfsd' };
  if (command.length > 0) return [kill, ...command];
  // How it was started is known of its unit only.
  const ganesha = await findProcess('ganesha.nfsd', join(root, 'proc'));
  const unit = ganesha && (await unitOf(ganesha.pid, GANESHA_UNITS, root));
  if (unit !== null) return [kill, { by: 'unit', unit }];
  throw new Fault('bad-node', 'NFS-Ganesha runs outside of its systemd unit', {
    cure: 'set restart_command',
  });
}

/** nfsd's threads and, for all of NFS, mountd. nfs-server.service would do more: it takes all exports away. */
async function kernel(what: 'lockd-restart' | 'nfs-restart', root: string): Promise<Daemon[]> {
  const nfsd = await readNfsd(root);
  if (nfsd === null || nfsd.threads === 0) throw new Fault('bad-node', 'no nfsd runs');
  const [mount] = await lockdMounts(root);
  if (mount !== undefined) {
    throw new Fault('bad-node', `lockd stays up for the NFS mount ${mount.directory}`, {
      cure: 'mount with nolock on servers',
    });
  }
  const mountd = what === 'nfs-restart' ? await daemonOf('rpc.mountd', MOUNTD_UNITS, root) : null;
  const threads: Daemon = { by: 'nfsd', argv: nfsdArguments(nfsd) };
  return mountd === null ? [threads] : [threads, mountd];
}

async function daemonOf(command: string, units: readonly string[], root: string): Promise<Daemon | null> {
  const found = await findProcess(command, join(root, 'proc'));
  if (found === null) return null;
  const unit = await unitOf(found.pid, units, root);
  if (unit !== null) return { by: 'unit', unit };
  const own = join(root, 'proc', String(found.pid));
  const words = (await readFile(join(own, 'cmdline'), 'latin1')).replace(/\0$/, '').split('\0').slice(1);
  const program = programOf(await readlink(join(own, 'exe')));
  if (!(await isRootsAlone(join(root, program)))) {
    throw new Fault('bad-node', `${command} runs from ${printable(program)}, which is not root's alone`, {
      cure: 'start it by its systemd unit',
    });
  }
  return { by: 'process', command, argv: [program, ...words.filter((word) => !FOREGROUND.test(word))] };
}

/** We are about to run it. */
async function isRootsAlone(program: string): Promise<boolean> {
  const found = await stat(program).catch(() => null);
  return found !== null && found.uid === process.geteuid?.() && (found.mode & 0o022) === 0;
}
