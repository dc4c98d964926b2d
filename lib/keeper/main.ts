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
import { realSurroundings } from './surroundings.ts';

/** The answer to stop gets this long to leave, milliseconds. */
const ANSWER_LEAVES_WITHIN = 30;

/**
 * The keeper process: `keeper.cjs NAME`, where NAME is a service with a run-time directory. `keeper.cjs NAME leave` does what
 * is left to do for a service that stops after its keeper has died, or after a start that failed where its locks were kept.
 */
async function main(name: string, leave: string | undefined): Promise<void> {
  const directory = new RuntimeDirectory(name);
  const log = openEventLog(directory.eventFile, `lockferry(${name})[${process.pid}]`);
  if (leave !== undefined) {
    if (await leaveNow(directory, name, log)) process.exit(0);
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
  const exempt = new PlacedOnNode(new PlacedLines(directory.placedFile), () => directory.otherPlacedFiles());
  const service = await directory.service();
  if (service !== null) return leaveLate(service, exempt, realSurroundings(service), log);
  const kept = await keptLocks({ name }, directory);
  return kept === null || leaveKept(kept, exempt, realSurroundings(kept.service), log);
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
