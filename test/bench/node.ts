import { cpSync, mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RIGHT, Sandbox } from '../conformance/sandbox.ts';
import type { Command, Contest, Standings } from './stopwatch.ts';

const STOPWATCH = fileURLToPath(new URL('./stopwatch.js', import.meta.url));
const PATH = '/usr/sbin:/usr/bin:/sbin:/bin';
const HEARTBEAT = '/usr/lib/ocf/resource.d/heartbeat';

/** OCF_NOT_RUNNING. */
export const NOT_RUNNING = 7;

/** What Pacemaker would hand to nfslock. */
export const NFSLOCK = { ...RIGHT, PATH, OCF_ROOT: '/usr/lib/ocf', OCF_RESKEY_lock_manager: 'ganesha' };
/** The action that Pacemaker repeats. */
export const RECURRING = { OCF_RESKEY_CRM_meta_interval: '10000' };

/**
 * An agent of the resource-agents package, and parameters with which its monitor has something to do; it finds that the
 * service does not run.
 */
export function shellAgent(
  name: 'nfsnotify' | 'exportfs' | 'nfsserver',
  action: 'monitor' | 'meta-data',
): Command {
  const parameters = {
    nfsnotify: { OCF_RESKEY_source_host: '192.0.2.1' },
    exportfs: {
      OCF_RESKEY_directory: '/srv',
      OCF_RESKEY_clientspec: '*',
      OCF_RESKEY_fsid: '1',
      OCF_RESKEY_options: 'rw',
    },
    nfsserver: { OCF_RESKEY_nfs_shared_infodir: '/srv/nfs' },
  }[name];
  const env = { PATH, OCF_ROOT: '/usr/lib/ocf', OCF_RESOURCE_INSTANCE: name, __OCF_ACTION: action };
  return {
    argv: [join(HEARTBEAT, name), action],
    env: { ...env, ...RECURRING, ...parameters },
    code: action === 'monitor' ? NOT_RUNNING : 0,
  };
}

/** A node in namespaces with Lockferry installed, for as long as `use` takes. */
export async function onNode<T>(dist: string, use: (node: Sandbox) => Promise<T>): Promise<T> {
  const ends: (() => unknown)[] = [];
  try {
    return await use(await Sandbox.create({ teardown: (end) => ends.push(end) }, dist));
  } finally {
    for (const end of ends) await end();
  }
}

/** Has commands run in turn on that node. */
export async function contest(node: Sandbox, what: Contest): Promise<Standings> {
  const there = '/run/stopwatch';
  mkdirSync(join(node.root, there), { recursive: true });
  cpSync(STOPWATCH, join(node.root, there, basename(STOPWATCH).replace('.js', '.mjs')));
  const { code, stdout, stderr } = await node.run([
    process.execPath,
    join(there, 'stopwatch.mjs'),
    JSON.stringify(what),
  ]);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** Starts nfslock there. @returns the process id of its keeper, inside. */
export async function startNfslock(node: Sandbox, more: Record<string, string> = {}): Promise<number> {
  const { code, stderr } = await node.agent('start', { ...NFSLOCK, ...more });
  if (code !== 0) throw new Error(stderr);
  const { stdout } = await node.sh(`cat ${dirname('/run/lockferry/services/locks/x')}/keeper.pid`);
  return Number(stdout);
}
