import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { runChecked } from '../node/command.ts';
import type { Nfsd } from '../node/nfsd.ts';

/** The file system number of the export below: fixed, random, and nobody else's. */
const FSID = '6f6c1a52-7f0e-4d7b-9c35-51c1a9a0f1e4';

/** Milliseconds for each command; all of them talk to this node only. */
const WITHIN = 15_000;

/**
 * Keeps lockd running while nfsd's threads are away, by an NFSv3 mount from this node to itself: the locks of all
 * clients then stay as they are (fs/lockd/svc.c lockd_up() counts its users).
 * @param directory a directory of ours on a file system that can be exported, such as tmpfs; made where it is missing.
 * @returns what takes the mount away again. @throws Fault where this node cannot mount from itself; nothing is left then.
 */
export async function pinLockd(
  nfsd: Nfsd,
  directory: string,
  run: typeof runChecked,
): Promise<() => Promise<void>> {
  const address = nfsd.hosts[0] ?? '127.0.0.1';
  const host = address.includes(':') ? `[${address}]` : address;
  const exported = join(directory, 'export');
  const mounted = join(directory, 'mount');
  await mkdir(exported, { recursive: true });
  await mkdir(mounted, { recursive: true });
  const unexport = () => run(['exportfs', '-u', `${host}:${exported}`], WITHIN);
  await run(['exportfs', '-i', '-o', `ro,no_subtree_check,fsid=${FSID}`, `${host}:${exported}`], WITHIN);
  // soft: should nfsd never come back, nobody hangs on this mount
  const options = 'ro,vers=3,lock,proto=tcp,mountproto=tcp,soft,timeo=50,retrans=1';
  try {
    await run(['mount', '-t', 'nfs', '-o', options, `${host}:${exported}`, mounted], WITHIN);
  } catch (error) {
    await unexport();
    throw error;
  }
  return async () => {
    await run(['umount', mounted], WITHIN);
    await unexport();
  };
}
