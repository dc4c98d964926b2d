import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault, sentenceOf } from '../fault.ts';
import { runChecked, runThrough } from '../node/command.ts';
import { type GraceStatus, lockdLength, nfsdLength, readKernelGrace } from '../node/kernel-grace.ts';
import { noteLockdRestart } from '../node/lockd-restart.ts';
import { lockdMounts } from '../node/lockd-users.ts';
import { type Nfsd, nfsdArguments, readNfsd } from '../node/nfsd.ts';
import { NODE_DIRECTORY, NodeDirectory } from '../node/node-directory.ts';
import { lockdThatRestarts } from './lockd-kill.ts';
import { pinLockd, removePin } from './lockd-pin.ts';
import { nfsdcldRuns, withoutNfsdcld } from './nfsdcld.ts';
import { noV4Grace } from './no-v4-grace.ts';

/**
 * How a grace period came to be on. `already`: it was, for long enough. `starting`: no nfsd runs, its start begins one.
 * `pinned`: nfsd's threads went and came back while lockd stayed, and nfsd's NFSv4 grace period runs: no lock was
 * dropped. `threads`: the same, but lockd restarted. `sigkill`: lockd restarted its grace period at a signal.
 */
export type GraceWay = 'already' | 'starting' | 'pinned' | 'threads' | 'sigkill';

export interface OpenGraceOptions {
  /** Milliseconds that the grace period must still last. */
  readonly needed: number;
  /** Have other services or exports of this node clients whose locks should be kept where that is possible? */
  readonly neighbours: boolean;
  /** Awaited before anything that drops the neighbours' locks: make the duty to tell them durable here. */
  readonly beforeDrop: () => Promise<void>;
  /** What to read as `/`. */
  readonly root?: string;
  readonly run?: typeof runChecked;
  /** What must not be left half done is run by this. */
  readonly runThrough?: typeof runThrough;
  readonly signal?: (pid: number, signal: 'SIGKILL') => void;
  /** Milliseconds within which grace must be on once it was opened, default 5000. */
  readonly within?: number;
}

interface Means extends Required<OpenGraceOptions> {
  readonly nfsd: Nfsd;
  /** NFS mounts of the node's own, for which lockd keeps running without nfsd. */
  readonly mounts: readonly string[];
  /** Why a starting nfsd begins no NFSv4 grace period; null where it does. */
  readonly noV4Grace: string | null;
  readonly nfsdcld: boolean;
}

/** One way to open grace. A Fault says why this node cannot go it, and leaves the next one to be tried. */
interface Way {
  readonly open: (means: Means) => Promise<void>;
  /** Is it on, after that? */
  readonly opened: (grace: GraceStatus) => boolean;
}

const REAL = { root: '/', run: runChecked, runThrough, signal: process.kill.bind(process), within: 5000 };

/** Milliseconds for nfsd's threads to end and start. */
const THREADS_WITHIN = 30_000;

/** Milliseconds between two looks at grace. */
const LOOK_EVERY = 20;

/** Milliseconds for a call to lockd on this node. */
const CALL_WITHIN = 5_000;

/**
 * Opens a grace period on a node whose lock manager may be warm, by the best way that this kernel and set-up have, and
 * reads back that it is on. The caller holds the node's lock. @throws Fault `bad-node` naming what makes each way impossible.
 */
export async function openKernelGrace(options: OpenGraceOptions): Promise<GraceWay> {
  const all = { ...REAL, ...options };
  const grace = await readKernelGrace(all.root);
  if (grace.on && (grace.remaining ?? 0) >= options.needed) return 'already';
  // One that stays is a pin as well.
  await removePin(pinOf(all)).catch(() => undefined);
  const means = await meansOf(all);
  if (means.nfsd.threads === 0 && (means.mounts.length === 0 || means.noV4Grace === null)) return 'starting';
  const order = options.neighbours
    ? (['pinned', 'threads', 'sigkill'] as const)
    : (['threads', 'pinned', 'sigkill'] as const);
  const reasons: string[] = [];
  for (const name of order) {
    try {
      await take(WAYS[name], means);
      return name;
    } catch (error) {
      reasons.push(`${name}: ${sentenceOf(error)}`);
    }
  }
  throw new Fault('bad-node', `no grace period can be opened here: ${reasons.join('; ')}`, {
    cure: 'move the other services away, or mount by NFS with nolock',
  });
}

/** Milliseconds that the period lasts for which the best way opens here; null: unknown. */
export async function openedLength(root = '/'): Promise<number | null> {
  const { noV4Grace } = await meansOf({ root });
  const seconds = noV4Grace === null ? await nfsdLength(root) : await lockdLength(root);
  return seconds === null ? null : seconds * 1000;
}

function pinOf({ root, run }: Pick<Means, 'root' | 'run'>) {
  return { directory: new NodeDirectory(join(root, NODE_DIRECTORY)).pin, root, run };
}

async function meansOf<T extends Pick<Means, 'root'>>(options: T) {
  const { root } = options;
  const nfsd = (await readNfsd(root)) ?? { threads: 0, on: [], off: [], ports: [], hosts: [] };
  const nfsdcld = await nfsdcldRuns(root);
  return {
    ...options,
    nfsd,
    mounts: (await lockdMounts(root)).map(({ directory }) => directory),
    noV4Grace: noV4Grace(nfsd, nfsdcld, root),
    nfsdcld,
  };
}

/** Goes one way. @throws Fault where this node cannot, or where grace does not come on. */
async function take(way: Way, means: Means): Promise<void> {
  await way.open(means);
  for (let waited = 0; waited <= means.within; waited += LOOK_EVERY) {
    if (way.opened(await readKernelGrace(means.root))) return;
    await delay(LOOK_EVERY);
  }
  throw new Fault('timed-out', `grace was not on after ${means.within} ms`);
}

const pinned: Way = {
  async open(means) {
    const { nfsd, mounts } = means;
    refuseWithoutThreads(nfsd);
    if (means.noV4Grace !== null) throw new Fault('bad-node', means.noV4Grace);
    if (mounts.length > 0) return restartThreads(means, means);
    const pin = pinOf(means);
    await pinLockd(nfsd, pin);
    try {
      await restartThreads(means, means);
    } finally {
      // Grace is what counts: a keeper's next tick takes away what stays.
      await removePin(pin).catch(() => undefined);
    }
  },
  opened: ({ managers }) => managers.nfsd4 === true,
};

const threads: Way = {
  async open(means) {
    const { nfsd, mounts, beforeDrop } = means;
    refuseWithoutThreads(nfsd);
    if (mounts.length > 0)
      throw new Fault('bad-node', `lockd stays up for the NFS mount ${mounts.join(', ')}`);
    await beforeDrop();
    await restartThreads(means);
  },
  opened: ({ on }) => on,
};

const sigkill: Way = {
  async open({ beforeDrop, root, run, signal }) {
    const lockd = await lockdThatRestarts(root);
    await beforeDrop();
    const node = new NodeDirectory(join(root, NODE_DIRECTORY));
    await node.create();
    // Before the signal: a keeper that learns of it too early waits for grace, one that never does loses its clients.
    noteLockdRestart(node.lockdRestart, lockd);
    signal(lockd.pid, 'SIGKILL');
    // lockd sleeps until a call comes in, and only then sees the signal
    await run(['rpcinfo', '-T', 'tcp', '127.0.0.1', '100021', '4'], CALL_WITHIN);
  },
  opened: ({ managers }) => managers.nlm === true,
};

const WAYS = { pinned, threads, sigkill };

function refuseWithoutThreads(nfsd: Nfsd): void {
  if (nfsd.threads === 0) throw new Fault('bad-node', 'no nfsd runs');
}

/**
 * Ends nfsd's threads and starts as many with the same settings, by one child, so that they come back even if this
 * process dies between, or one of them waits for its storage for longer than we wait. mountd fills the exports in again;
 * clients stall for some seconds without errors.
 */
async function restartThreads(
  { nfsd, runThrough, root }: Means,
  { nfsdcld } = { nfsdcld: false },
): Promise<void> {
  const restart = ['rpc.nfsd 0 && exec rpc.nfsd "$@"', 'rpc.nfsd', ...nfsdArguments(nfsd)];
  if (nfsdcld) await withoutNfsdcld(restart, THREADS_WITHIN, runThrough, root);
  else await runThrough(['sh', '-c', ...restart], THREADS_WITHIN);
}
