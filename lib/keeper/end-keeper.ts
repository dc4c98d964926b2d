import { rm } from 'node:fs/promises';
import { sentenceOf } from '../fault.ts';
import type { RuntimeDirectory } from '../node/runtime-directory.ts';
import { askKeeper } from './ask.ts';
import { ended, findKeeper, signal } from './keeper-process.ts';

/** How long a keeper may take to answer when all is well with it, milliseconds; its store may still hang. */
export const ANSWER_WITHIN = 1500;
/** What is kept of the time for a keeper that has to be killed: to end by itself, and to be gone; milliseconds. */
const END_WITHIN = 500;
const GONE_WITHIN = 300;

export interface End {
  /** What could not be done, one sentence each. */
  readonly undone: string[];
  /** The keeper has done what it was asked, as far as it could. */
  readonly answered: boolean;
  /** No keeper runs any more. */
  readonly gone: boolean;
}

/** Ends the keeper, to `stop` the service or to `replace` it in place: asks it, then KILL. One that a hung file system holds is left behind. */
export async function endKeeper(
  directory: RuntimeDirectory,
  op: 'stop' | 'replace',
  deadline: number,
  kill: typeof signal = signal,
): Promise<End> {
  const running = await findKeeper(directory);
  if (running === null) return { undone: [], answered: false, gone: true };
  const undone: string[] = [];
  let answered = false;
  let endsBy = 0;
  try {
    const latest = deadline - GONE_WITHIN - END_WITHIN;
    // To stop takes its time; one that does not even say how it is would only use it up.
    const { phase } = await askKeeper(
      directory.socket,
      'report',
      Math.min(latest, Date.now() + ANSWER_WITHIN),
    );
    const report = await askKeeper(directory.socket, op, latest);
    // One that has not adopted the service, or could not, has nothing to end.
    answered = phase !== 'adopting' && phase !== 'failed';
    if (report.verdict.reason !== null) undone.push(report.verdict.reason);
    endsBy = Math.min(deadline - GONE_WITHIN, Date.now() + END_WITHIN);
  } catch (error) {
    undone.push(sentenceOf(error));
  }
  let gone = await ended(running, endsBy);
  if (!gone) {
    await kill(running, 'SIGKILL');
    gone = await ended(running, deadline);
    if (!gone) undone.push(`keeper ${running.pid} hangs in the kernel and is left behind`);
  }
  await rm(directory.pidFile, { force: true });
  return { undone, answered, gone };
}
