import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { readOptional } from './optional-file.ts';
import { readProcess } from './process.ts';

/** An NFS mount of this node that keeps lockd running whatever happens to nfsd. */
export interface NfsMount {
  readonly source: string;
  readonly directory: string;
  /** Names by which lockd may have its server monitored: the one in `source`, and its address. */
  readonly server: readonly string[];
}

/**
 * The NFSv2 and NFSv3 mounts in our mount namespace that use lockd (fs/nfs/client.c nfs_start_lockd(): all but those with
 * `nolock` or `local_lock=all`). @param root what to read as `/`.
 */
export async function lockdMounts(root = '/'): Promise<NfsMount[]> {
  const table = (await readOptional(join(root, 'proc/self/mountinfo'))) ?? '';
  // proc(5): mount point is the fifth field; behind the lone dash come type, source and the super block's options
  const lines = table.matchAll(/^\S+ \S+ \S+ \S+ (\S+) .*- nfs (\S+) (\S+)$/gm);
  return [...lines].flatMap(([, directory = '', source = '', options = '']) => {
    const words = new Set(options.split(','));
    const old = words.has('vers=3') || words.has('vers=2');
    if (!old || words.has('nolock') || words.has('local_lock=all')) return [];
    const host = /^\[(.+)\]:|^([^:]+):/.exec(source);
    const address = /(?:^|,)addr=([^,]+)/.exec(options)?.[1];
    return [{ source, directory, server: [host?.[1] ?? host?.[2], address].flatMap((name) => name ?? []) }];
  });
}

/**
 * Do other network namespaces of this machine grant NFSv3 locks? None can without an rpc.statd of its own, so those are
 * counted. There is one lockd thread for all of them.
 */
export async function otherNamespacesLock(root = '/'): Promise<boolean> {
  const proc = join(root, 'proc');
  const own = await namespaceOf('self', proc);
  for (const pid of (await readdir(proc)).filter((name) => /^\d+$/.test(name))) {
    const found = await readProcess(Number(pid), proc);
    if (found?.command !== 'rpc.statd') continue;
    const namespace = await namespaceOf(pid, proc);
    if (namespace !== null && namespace !== own) return true;
  }
  return false;
}

async function namespaceOf(pid: string, proc: string): Promise<string | null> {
  try {
    return await readlink(join(proc, pid, 'ns/net'));
  } catch {
    return null; // it has ended
  }
}
