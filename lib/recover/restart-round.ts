import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod/mini';
import { conveyLive, type PlacedLines, readConveyed } from '../convey/index.ts';
import { Fault } from '../fault.ts';
import { type Daemon, daemonSchema, startDaemon, stopDaemon } from '../node/daemon.ts';
import { ownerOf, type StatdDirectory } from '../nsm/statd-directory.ts';
import { readStateFile, writeStateFile } from '../nsm/state-file.ts';
import { reservedNumbers } from '../nsm/state-number.ts';
import { answersHere, NSM1 } from '../rpc/index.ts';
import type { StoredFile } from '../store/index.ts';
import { lacking } from './readiness.ts';

/** What is needed to end a round that is under way. */
const planSchema = z.object({
  /** null: it does not run, and its start is somebody else's. */
  statd: z.nullable(daemonSchema),
  /** Stopped in this order, started in the reverse one. */
  nfs: z.array(daemonSchema),
  /** The private statd directory whose files go into the live `sm/`. */
  conveyed: z.string(),
  /** Where it is remembered which lines those are. */
  placed: z.string(),
});

export type RestartPlan = z.infer<typeof planSchema>;

/** Milliseconds for statd, and then for the lock manager, to answer after their start. */
const ANSWER_WITHIN = 20_000;
const LOOK_EVERY = 50;

/** What lies in the node's `sm/` before its lock manager ends, and the number from which those clients are told. */
export interface NodeRecords {
  readonly files: readonly StoredFile[];
  readonly stateNumber: number;
}

export interface RoundMeans {
  /** Where the plan is kept while the round is under way. */
  readonly planFile: string;
  readonly statd: StatdDirectory;
  /** What is remembered in such a file: by the keeper that captures at the same time, too. */
  readonly placedIn: (path: string) => PlacedLines;
  /** Awaited before any lock is dropped: the duty to tell the clients in `sm/` becomes durable there. */
  readonly beforeDrop: (records: NodeRecords) => Promise<void>;
  readonly stop?: (daemon: Daemon) => Promise<void>;
  readonly start?: (daemon: Daemon) => Promise<void>;
  /** What a reclaim does not find yet. */
  readonly lacks?: () => Promise<string[]>;
  readonly statdAnswers?: () => Promise<boolean>;
  /** Milliseconds for statd, and then for the lock manager, to answer after their start. */
  readonly within?: number | undefined;
}

/**
 * Restarts lock manager and status monitor with the conveyed records in the live `sm/` between the two. statd stops last:
 * lockd asks it about its clients as it ends, and does not end for minutes while nobody answers (fs/lockd/mon.c
 * nsm_mon_unmon(); seen on 6.1). Newer kernels have it drop the record of every client then (fs/lockd/host.c
 * nlm_shutdown_hosts_net()): these are put back. The caller holds the node's lock.
 * @throws Fault that names what does not stop, start or answer; all that can be started was started then.
 */
export async function restartRound(plan: RestartPlan, means: RoundMeans): Promise<void> {
  writeFileSync(`${means.planFile}.new`, JSON.stringify(plan), { mode: 0o600 });
  renameSync(`${means.planFile}.new`, means.planFile);
  await finishRestart(means);
}

/**
 * Ends a round that was begun, perhaps by a keeper that died in it; each step can be done twice.
 * @returns false where none is under way. @throws as restartRound. The caller holds the node's lock.
 */
export async function finishRestart(means: RoundMeans): Promise<boolean> {
  const { start = startDaemon } = means;
  const plan = readPlan(means.planFile);
  if (plan === null) return false;
  try {
    await goThrough(plan, means);
  } catch (error) {
    const daemons = plan.statd === null ? [...plan.nfs].reverse() : [plan.statd, ...[...plan.nfs].reverse()];
    for (const daemon of daemons) await start(daemon).catch(() => undefined);
    throw error;
  } finally {
    rmSync(means.planFile);
  }
  return true;
}

async function goThrough(plan: RestartPlan, means: RoundMeans): Promise<void> {
  const { stop = stopDaemon, start = startDaemon, lacks = () => lacking({ exports: [] }) } = means;
  const { statdAnswers = () => answersHere(NSM1, 'udp', { timeout: 1000 }) } = means;
  const { statd, within = ANSWER_WITHIN } = means;
  const owner = ownerOf(statd);
  if (owner === null)
    throw new Fault('bad-node', `${statd.sm} does not exist`, { cure: 'start rpc.statd once' });
  const { files } = await readConveyed(statd.path);
  const { first, last } = reservedNumbers(await readStateFile(statd.state));
  // Before anything fails: a round after this one must not begin again with numbers that clients have had.
  await writeStateFile(statd.state, last);
  await means.beforeDrop({ files, stateNumber: first });
  for (const daemon of plan.nfs) await stop(daemon);
  if (plan.statd !== null) await stop(plan.statd);
  const { files: left } = await readConveyed(statd.path);
  const late = otherThan(left, files);
  if (late.length > 0) await means.beforeDrop({ files: late, stateNumber: first });
  const names = new Set(left.map(({ name }) => name));
  const gone = files.filter(({ name }) => !names.has(name));
  const { files: conveyed } = await readConveyed(plan.conveyed);
  const placed = means.placedIn(plan.placed);
  await conveyLive({ sm: statd.sm, files: [...conveyed, ...gone], owner, placed });
  if (plan.statd !== null) {
    await start(plan.statd);
    await until('rpc.statd to answer', within, async () => ((await statdAnswers()) ? null : 'it does not'));
  }
  for (const daemon of [...plan.nfs].reverse()) await start(daemon);
  await until('the lock manager to answer', within, async () => (await lacks())[0] ?? null);
}

/** Files that were written since. */
export function otherThan(now: readonly StoredFile[], before: readonly StoredFile[]): StoredFile[] {
  const known = new Map(before.map(({ name, modified }) => [name, modified]));
  return now.filter(({ name, modified }) => known.get(name) !== modified);
}

async function until(what: string, within: number, lack: () => Promise<string | null>): Promise<void> {
  const deadline = Date.now() + within;
  for (;;) {
    const found = await lack().catch(String);
    if (found === null) return;
    if (Date.now() > deadline) throw new Fault('timed-out', `waited ${within} ms for ${what}`, { found });
    await pause(LOOK_EVERY);
  }
}

function readPlan(path: string): RestartPlan | null {
  try {
    return planSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}
