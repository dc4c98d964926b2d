import { writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { PlacedLines, PlacedOnNode } from '../convey/index.ts';
import { sentenceOf } from '../fault.ts';
import { type Log, openEventLog } from '../node/event-log.ts';
import { RuntimeDirectory } from '../node/runtime-directory.ts';
import { Keeper } from './keeper.ts';
import { leaveKept, leaveLate } from './late-leave.ts';
import { keptLocks } from './lock-notes.ts';
import type { Answer, Request } from './protocol.ts';
import { Publishing } from './publishing.ts';
import { listen } from './server.ts';
import { realSurroundings, type Surroundings } from './surroundings.ts';
import { leaveUnlessStarted } from './unless-started.ts';

/** The answer to stop gets this long to leave, milliseconds. */
const ANSWER_LEAVES_WITHIN = 30;

/**
 * The keeper process: `keeper.cjs NAME`, where NAME is a service with a run-time directory. `keeper.cjs NAME leave` does what
 * is left to do for a service that stops after its keeper has died, or after a start that failed where its locks were kept;
 * `keeper.cjs NAME leave-unless-started` does so for locks that were kept where nobody starts the service again.
 */
async function main(name: string, leave: string | undefined): Promise<void> {
  const directory = new RuntimeDirectory(name);
  const log = openEventLog(directory.eventFile, `lockferry(${name})[${process.pid}]`);
  if (leave !== undefined) {
    const now = leave === 'leave-unless-started' ? leaveLater : leaveNow;
    if (await now(directory, name, log)) process.exit(0);
    return kill();
  }
  const service = await directory.service();
  if (service === null) throw new Error(`no service ${name} is started`);
  // The next monitor puts another one into its place.
  process.on('uncaughtExceptionMonitor', (error) => log('died', { reason: sentenceOf(error) }));
  await writeFile(directory.pidFile, `${process.pid}\n`, { mode: 0o600 });
  const keeper = new Keeper(service, directory, log);
  await listen(directory.socket, (request) => answer(keeper, request));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end(keeper));
  process.on('SIGHUP', () => {});
  await keeper.adopt();
  new Publishing({ report: () => keeper.report() }).start();
}

/** @returns whether nothing is left to do */
async function leaveNow(directory: RuntimeDirectory, name: string, log: Log): Promise<boolean> {
  const service = await directory.service();
  if (service === null) return leaveAfter(directory, name, log);
  return leaveLate(service, exemptIn(directory), realSurroundings(service), log);
}

/** As leaveNow, where a stop has left the locks here. @param more what differs from this node as it is */
async function leaveAfter(
  directory: RuntimeDirectory,
  name: string,
  log: Log,
  more: Partial<Surroundings> = {},
): Promise<boolean> {
  const kept = await keptLocks({ name }, directory);
  if (kept === null) return true;
  return leaveKept(kept, exemptIn(directory), { ...realSurroundings(kept.service), ...more }, log);
}

async function leaveLater(directory: RuntimeDirectory, name: string, log: Log): Promise<boolean> {
  // Whoever told it to stop alone has not had it start.
  const leave = () => leaveAfter(directory, name, log, { wasStoppedAlone: async () => false });
  return leaveUnlessStarted({ name, directory }, leave);
}

function exemptIn(directory: RuntimeDirectory): PlacedOnNode {
  return new PlacedOnNode(new PlacedLines(directory.placedFile), () => directory.otherPlacedFiles());
}

async function answer(keeper: Keeper, request: Request): Promise<Answer> {
  if (request.op === 'report') return keeper.report();
  if (request.op === 'monitor') return keeper.monitor();
  if (request.op === 'hand-over') return keeper.handOver(request.to);
  await (request.op === 'replace' ? keeper.makeRoom() : keeper.stop());
  setTimeout(() => void end(keeper), ANSWER_LEAVES_WITHIN);
  return keeper.report();
}

async function end(keeper: Keeper): Promise<void> {
  await keeper.stop();
  return kill();
}

/** SIGKILL, because an orderly exit would wait for a thread that a hung file system holds. */
async function kill(): Promise<void> {
  await pause(0);
  process.kill(process.pid, 'SIGKILL');
}

void main(process.argv[2] ?? '', process.argv[3]);
