import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../fault.ts';
import { otherNamespacesLock } from '../node/lockd-users.ts';
import { findProcess, type ProcessIdentity } from '../node/process.ts';

/** The first kernel whose lockd ignores SIGKILL instead of restarting its grace period. */
const IGNORED_SINCE = 6.06;

/**
 * Finds the lockd that SIGKILL makes drop all its locks and begin grace anew (fs/lockd/svc.c restart_grace(), first network
 * namespace only). @returns lockd. @throws Fault `bad-node` saying why not.
 */
export async function lockdThatRestarts(root = '/'): Promise<ProcessIdentity> {
  const release = (await readFile(join(root, 'proc/sys/kernel/osrelease'), 'latin1')).trim();
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(release) ?? [];
  const version = Number(major) + Number(minor) / 100; // NaN, for a release of another form, is not less either
  if (!(version < IGNORED_SINCE)) throw new Fault('bad-node', `lockd of Linux ${release} ignores SIGKILL`);
  const lockd = await findProcess('lockd', join(root, 'proc'));
  if (lockd === null) throw new Fault('bad-node', 'no lockd runs in this network namespace');
  if (await otherNamespacesLock(root)) {
    throw new Fault('bad-node', 'SIGKILL would drop the locks of other network namespaces');
  }
  return lockd;
}
