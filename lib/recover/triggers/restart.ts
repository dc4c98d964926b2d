import { Fault } from '../../fault.ts';
import { runChecked } from '../../node/command.ts';
import { lockFile } from '../../node/file-lock.ts';
import type { LockManager, LockManagerKind } from '../../node/lock-manager.ts';
import type { NodeDirectory } from '../../node/node-directory.ts';
import { removePin } from '../lockd-pin.ts';
import { finishRestart, type RestartPlan, type RoundMeans, restartRound } from '../restart-round.ts';
import { nfsDaemons, statdDaemon } from './daemons.ts';

/** Milliseconds that the restart of another service may take. */
const LOCK_WITHIN = 30_000;
/** A lock manager that was restarted this recently, for a service that arrived with ours, is not restarted again, milliseconds. */
const TOGETHER = 10_000;

export interface RestartOptions {
  readonly what: 'lockd-restart' | 'nfs-restart';
  /** What restarts it where that cannot be found out; empty: nothing. */
  readonly command: readonly string[];
  readonly node: NodeDirectory;
  readonly lockManager: () => Promise<LockManager | null>;
  readonly isGraceOn: (kind: LockManagerKind) => Promise<boolean | null>;
  readonly records: Pick<RestartPlan, 'conveyed' | 'placed'>;
  readonly means: RoundMeans;
  readonly restart?: typeof restartRound;
  readonly run?: typeof runChecked;
  readonly lockWithin?: number;
  /** What to read as `/`. */
  readonly root?: string;
}

/**
 * Restarts the lock manager that is running, once for services that arrive together.
 * @returns `kept` where it is so young that grace is on without. @throws Fault as restartRound and nfsDaemons, `timed-out`
 *   where another service does not come to the end of its restart.
 */
export async function restartTrigger(
  former: LockManager,
  options: RestartOptions,
): Promise<'kept' | 'restarted'> {
  const { node, restart = restartRound, run = runChecked, lockWithin = LOCK_WITHIN, root = '/' } = options;
  return underNodeLock(node, lockWithin, async () => {
    // What a keeper died in is known to its plan alone: which rpc.statd it stopped, and whose records it put there.
    await finishRestart(options.means).catch(() => undefined);
    const now = await options.lockManager();
    const young = now !== null && Date.now() - now.startedAt < TOGETHER;
    if (young && (await options.isGraceOn(now.kind))) {
      return now.identity === former.identity ? 'kept' : 'restarted';
    }
    // One that stays is named as the mount that keeps lockd up.
    await removePin({ directory: node.pin, run, root }).catch(() => undefined);
    const nfs = await nfsDaemons(options.what, former.kind, options.command, root);
    await restart({ statd: await statdDaemon(root), nfs, ...options.records }, options.means);
    return 'restarted';
  });
}

/** @throws Fault `timed-out` where another service of this node has the lock all that time. */
export async function underNodeLock<T>(
  node: NodeDirectory,
  within: number,
  action: () => Promise<T>,
): Promise<T> {
  await node.create();
  const release = await lockFile(node.restartLock, within);
  if (release === null) {
    throw new Fault('timed-out', `another service is restarting the lock manager for ${within / 1000} s`, {
      subject: node.restartLock,
    });
  }
  try {
    return await action();
  } finally {
    await release();
  }
}
