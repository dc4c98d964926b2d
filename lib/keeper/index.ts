import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { Fault, type FaultCode, sentenceOf } from '../fault.ts';
import { withdrawAttributes } from '../node/cluster-attributes.ts';
import { RuntimeDirectory } from '../node/runtime-directory.ts';
import type { Service } from '../node/service.ts';
import { VERSION } from '../version.ts';
import { noteAgreed } from './agreed.ts';
import { askKeeper, askMonitor } from './ask.ts';
import { ANSWER_WITHIN, endKeeper } from './end-keeper.ts';
import { findKeeper, type KeeperProgram, runLeave, type signal, spawnKeeper } from './keeper-process.ts';
import { forgetKept } from './lock-notes.ts';
import type { Report } from './protocol.ts';
import { beginStart } from './unless-started.ts';
import type { Verdict } from './verdict.ts';

export { askKeeper, askMonitor } from './ask.ts';
export type { KeeperProgram } from './keeper-process.ts';
export { type ClientCounts, type Report, reportSchema } from './protocol.ts';
export type { Verdict } from './verdict.ts';

export interface KeeperOptions {
  readonly service: Service;
  readonly keeper: KeeperProgram;
  /** Milliseconds since the epoch by which the call is over. */
  readonly deadline: number;
  /** Where the services' run-time directories are. */
  readonly runtime?: string;
}

export interface MonitorOptions extends KeeperOptions {
  /** The parameters as the caller gives them: noted for the launcher where they are the keeper's. */
  readonly given?: Readonly<Record<string, string>>;
}

/** The same for a monitor's question: its capture is waited for, as long as the keeper waits for its store. */
const MONITORED_WITHIN = 3000;
/** A keeper that is told to stop gets this long for its last capture and for the release of locks, milliseconds. */
const STOP_WITHIN = 8000;
/** What a stop keeps of its time for itself where another process does what the keeper cannot any more, milliseconds. */
const LEFT_AFTER_LEAVING = 500;
/** A start puts another keeper into the place of one that died in it, so many times: what it had begun is gone on with. */
const SUCCESSORS = 2;

/** Is the service started on this node? Looks at the run-time state only. */
export async function isStarted(name: string, runtime?: string): Promise<boolean> {
  return (await new RuntimeDirectory(name, runtime).service().catch(() => true)) !== null;
}

/**
 * Starts the keeper, unless it runs already for the same service and in the same version; where the service has changed,
 * another one goes on in place of the one that runs, which tells nobody and loses nothing. Resolves when former
 * records are conveyed, grace is open where it must be, and records are being captured.
 * @throws Fault that says what failed or what was waited for; no keeper is left running then.
 */
export async function startKeeper({ service, keeper, deadline, runtime }: KeeperOptions): Promise<Verdict> {
  const directory = new RuntimeDirectory(service.name, runtime);
  const running = await findKeeper(directory);
  const started = await isStarted(service.name, runtime);
  const declared = await directory.service().catch(() => null);
  if (running !== null) {
    const standing = await standingOf(directory);
    // One that hangs must not use up the time of the one that takes its place.
    const patience = standing === 'mute' ? ANSWER_WITHIN : STOP_WITHIN;
    if (standing !== 'current' || !isDeepStrictEqual(declared, service)) {
      await endKeeper(directory, 'replace', Math.min(deadline, Date.now() + patience));
    }
  }
  await beginStart({ name: service.name, directory }, () => directory.create(service));
  const spawned: ReturnType<typeof spawnKeeper>[] = [];
  try {
    const spawn = async () => {
      // What stands there is then that of the new one, or of one that died after it had begun.
      await rm(directory.pidFile, { force: true });
      spawned.push(spawnKeeper(keeper, service.name));
    };
    if ((await findKeeper(directory)) === null) await spawn();
    const verdict = await adopted(directory, deadline, spawn);
    await forgetKept(service, directory);
    return verdict;
  } catch (error) {
    // What was started stays so, for its stop has to release the locks.
    await endKeeper(directory, started ? 'replace' : 'stop', Date.now() + ANSWER_WITHIN);
    // One that has not yet written down its pid, on a node that is slow, is not found.
    for (const child of spawned) child.kill('SIGKILL');
    if (!started) await directory.remove();
    throw error;
  }
}

/**
 * The recurring monitor: what the keeper says, after a capture where captures are the monitor's. A keeper that
 * died, hangs or runs another version is replaced; the service never stops for that. One of another version goes on while
 * its storage does not answer.
 * @throws Fault where no keeper can be brought up.
 */
export async function monitorKeeper(options: MonitorOptions): Promise<Verdict> {
  const directory = new RuntimeDirectory(options.service.name, options.runtime);
  // What another version has written may not be read: it is not the service.
  const declared = await directory.service().catch(() => null);
  try {
    // One that hangs must not use up the time of the one that takes its place.
    const latest = Math.min(options.deadline, Date.now() + MONITORED_WITHIN);
    const { version, pid, verdict, lag } = await askMonitor(directory.socket, latest);
    if (isDeepStrictEqual(declared, options.service)) {
      if (version === VERSION) {
        if (options.given !== undefined) await noteAgreed(directory, pid, options.given);
        return verdict;
      }
      // After an upgrade, while the storage does not answer: another one could not adopt the service yet.
      if (lag > 0) return verdict;
    }
  } catch {
    // Dead, hung or speaking another version's words: the next lines replace it.
  }
  await endKeeper(directory, 'replace', Math.min(options.deadline, Date.now() + ANSWER_WITHIN));
  return startKeeper(options);
}

/**
 * Ends the service on this node: a last capture, the release of its locks where that is due, the end of the keeper.
 * Never throws and never takes longer than the deadline, whatever the storage does.
 * @returns what could not be done, one sentence each.
 */
export async function stopKeeper(options: {
  readonly name: string;
  readonly keeper: KeeperProgram;
  readonly deadline: number;
  readonly runtime?: string;
  /** Sends a signal to a process. */
  readonly kill?: typeof signal;
  /** Takes back what the cluster was told of the service. */
  readonly withdraw?: typeof withdrawAttributes;
}): Promise<string[]> {
  const directory = new RuntimeDirectory(options.name, options.runtime);
  const undone: string[] = [];
  try {
    const deadline = Math.min(options.deadline, Date.now() + STOP_WITHIN);
    const wasStarted = await isStarted(options.name, options.runtime);
    // A stop before this one kept them, for a start that has failed since.
    const locksKept = existsSync(directory.node.keptFile(options.name));
    const end = await endKeeper(directory, 'stop', deadline, options.kill);
    undone.push(...end.undone);
    // Nobody has captured the newest clients otherwise, nor released the locks, which would keep the file system mounted.
    if ((wasStarted || locksKept) && end.gone && !end.answered) {
      const within = options.deadline - Date.now() - LEFT_AFTER_LEAVING;
      if (!(await runLeave(options.keeper, options.name, within)))
        undone.push('no keeper was there to leave: not all clients may be recorded, nor all locks released');
    }
    if (wasStarted) (options.withdraw ?? withdrawAttributes)(options.name);
    await directory.remove();
    // Where the locks stay and the rest of the group has to leave, the cluster stops no nfslock that is stopped.
    if (existsSync(directory.node.keptFile(options.name)))
      spawnKeeper(options.keeper, options.name, 'leave-unless-started');
  } catch (error) {
    undone.push(sentenceOf(error));
  }
  return undone;
}

/** Can the keeper that runs be left at work? */
async function standingOf(directory: RuntimeDirectory): Promise<'current' | 'outdated' | 'mute'> {
  try {
    const { version, phase } = await askKeeper(directory.socket, 'report', Date.now() + ANSWER_WITHIN);
    return version === VERSION && phase !== 'failed' && phase !== 'stopping' ? 'current' : 'outdated';
  } catch {
    return 'mute';
  }
}

/** Waits until the keeper, or one that `spawn` starts in its place when it has died, has adopted the service. */
async function adopted(
  directory: RuntimeDirectory,
  deadline: number,
  spawn: () => Promise<void>,
): Promise<Verdict> {
  let last: Report | null = null;
  let silence: unknown = null;
  let successors = SUCCESSORS;
  while (Date.now() < deadline) {
    try {
      last = await askKeeper(directory.socket, 'report', deadline);
    } catch (error) {
      silence = error;
      const died = (await directory.keeperPid()) !== null && (await findKeeper(directory)) === null;
      if (died && successors > 0) {
        successors -= 1;
        await spawn();
      }
    }
    if (last?.phase === 'failed') {
      const code: FaultCode = isFaultCode(last.faultCode) ? last.faultCode : 'failed';
      throw new Fault(code, last.verdict.reason ?? 'the keeper could not adopt the service');
    }
    if (last !== null && last.phase !== 'adopting') return last.verdict;
    await pause(20);
  }
  if (last === null) throw new Fault('timed-out', `the keeper did not come up: ${sentenceOf(silence)}`);
  throw new Fault(
    'timed-out',
    `start is still waiting: ${last.waitingFor.join(', ') || 'for the lock store'}`,
  );
}

const FAULT_CODES: ReadonlySet<string> = new Set<FaultCode>([
  'bad-parameter',
  'not-installed',
  'bad-node',
  'malformed',
  'not-ours',
  'timed-out',
  'failed',
]);

function isFaultCode(word: string | null): word is FaultCode {
  return word !== null && FAULT_CODES.has(word);
}
