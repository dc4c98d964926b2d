import { existsSync, rmSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { runChecked } from '../node/command.ts';
import { lockdMounts } from '../node/lockd-users.ts';
import type { Nfsd } from '../node/nfsd.ts';
import { findProcess } from '../node/process.ts';

/** The file system number of the export below: fixed, random, and nobody else's. */
const FSID = '6f6c1a52-7f0e-4d7b-9c35-51c1a9a0f1e4';

/** Milliseconds for each command; all of them talk to this node only. */
const WITHIN = 15_000;

export interface Pin {
  /** A directory of ours on a file system that can be exported, such as tmpfs; there while lockd is pinned. */
  readonly directory: string;
  readonly run: typeof runChecked;
  /** What to read as `/`. */
  readonly root?: string;
}

/**
 * Keeps lockd running while nfsd's threads are away, by an NFSv3 mount from this node to itself: the locks of all
 * clients then stay as they are (fs/lockd/svc.c lockd_up() counts its users). The caller holds the node's lock.
 * @throws Fault where this node cannot mount from itself.
 */
export async function pinLockd(nfsd: Nfsd, pin: Pin): Promise<void> {
  const { directory, run } = pin;
  const { exported, mounted, hostFile } = placesIn(directory);
  const address = nfsd.hosts[0] ?? '127.0.0.1';
  const host = address.includes(':') ? `[${address}]` : address;
  await mkdir(exported, { recursive: true });
  await mkdir(mounted, { recursive: true });
  await writeFile(hostFile, host);
  // soft: should nfsd never come back, nobody hangs on this mount
  const options = 'ro,vers=3,lock,proto=tcp,mountproto=tcp,soft,timeo=50,retrans=1';
  try {
    await run(['exportfs', '-i', '-o', `ro,no_subtree_check,fsid=${FSID}`, `${host}:${exported}`], WITHIN);
    await run(['mount', '-t', 'nfs', '-o', options, `${host}:${exported}`, mounted], WITHIN);
  } catch (error) {
    await removePin(pin).catch(() => undefined);
    throw error;
  }
}

/**
 * Takes the mount away again, also where the keeper that made it has died: with it, nfsd's threads cannot take lockd with
 * them. The caller holds the node's lock. @returns false where there is none, or it has to stay for now. @throws Fault where
 * it cannot be taken away.
 */
export async function removePin({ directory, run, root = '/' }: Pin): Promise<boolean> {
  if (!existsSync(directory)) return false;
  // It goes on where the keeper that started it was killed, or waits no longer, and would take lockd along.
  if ((await findProcess('rpc.nfsd', join(root, 'proc'))) !== null) return false;
  const { exported, mounted, hostFile } = placesIn(directory);
  try {
    await run(['umount', mounted], WITHIN);
  } catch (error) {
    const mounts = await lockdMounts(root);
    if (mounts.some((mount) => mount.directory === mounted)) throw error;
  }
  const host = await readFile(hostFile, 'utf8').catch(() => null);
  // Nothing but this directory, which is empty, is in an export that stays.
  if (host !== null) await run(['exportfs', '-u', `${host}:${exported}`], WITHIN).catch(() => undefined);
  rmSync(directory, { recursive: true });
  return true;
}

function placesIn(directory: string) {
  return {
    exported: join(directory, 'export'),
    mounted: join(directory, 'mount'),
    hostFile: join(directory, 'host'),
  };
}
