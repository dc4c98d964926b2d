import type { Argv } from 'yargs';
import { followProcesses } from '../keeper/identities.ts';
import { printable, printableSentence } from '../printable.ts';
import { isGraceOver } from './grace.ts';
import { jsonText } from './json-text.ts';
import type { Means } from './means.ts';
import { jsonOption, onceEach, sharedDirOption, takeStoreOptions } from './options.ts';
import { progressOfSteps } from './progress.ts';
import type { Captured } from './storage/capture.ts';
import { askOnce, WRITE_WITHIN } from './storage/session.ts';
import { type TakeWords, takeOptions } from './take-options.ts';
import { NOBODY, type Terminal } from './terminal.ts';

export interface SnapshotOptions extends TakeWords {
  readonly json: boolean;
}

/** A client that statd has dropped is looked for again after this time, milliseconds. */
const APART = 15_000;

export const SNAPSHOT_SUMMARY = "Capture statd's clients into a lock store, without Pacemaker";

const HELP = `For clusters without ocf:lockferry:nfslock: run it on the node that serves, by
a timer. A lock that a client got since the last run is lost if the node dies.
It is refused while the service is started here as a resource, and on a node
other than the one that wrote the store last, unless that has been taken over
by lockferry notify or restore, or is by --take-over. A client that statd has
dropped is looked for again for 15 seconds, and dropped then; who comes
meanwhile is captured within a second.

Prints JSON as one object on one line:
  service      the service of the store
  epoch        the epoch that the capture is
  clients      how many clients the store has a record of
  captured     those whose record is new or was written anew, a list
  back         former clients that were told and have their record back, a list
  missed       former clients that were told, or restored before the lock manager
               was started, and not back when grace ended
  removed      files of clients that statd has dropped, a list
  waiting      how many former clients are not back yet
  problems     what was set aside, or is damaged in the lock store, a list

Exit code: 0 if the capture is durable, else 1.`;

/** Declares the options of `lockferry snapshot`. */
export function snapshotOptions(yargs: Argv) {
  return yargs
    .usage('lockferry snapshot --shared-dir DIR [OPTION]...')
    .usage(`${SNAPSHOT_SUMMARY}. Run it as root.`)
    .option('shared-dir', { ...sharedDirOption, demandOption: true })
    .option('service', { type: 'string', requiresArg: true, describe: 'Name of the service of a new store' })
    .options(takeStoreOptions)
    .option('json', jsonOption)
    .check(onceEach('shared-dir', 'service', 'statd-dir'))
    .example('lockferry snapshot --shared-dir /srv/nfs/.lockferry --service nfs', 'a first capture')
    .epilogue(HELP);
}

/** Makes one capture and says what it did. @returns the exit code. @throws Fault as captureOnce. */
export async function snapshot(
  options: SnapshotOptions,
  { stdout, stderr }: Terminal,
  means: Means,
): Promise<number> {
  const { lockManager } = await followProcesses('auto')();
  const input = {
    ...{ ...takeOptions(options, means), apart: APART },
    graceOver: await isGraceOver(lockManager),
  };
  const doing = `the capture into ${printable(input.dir)}`;
  const progress = progressOfSteps(options.json ? NOBODY : stderr);
  const captured = await askOnce(means.storage, 'capture', input, {
    ...{ within: WRITE_WITHIN + APART, doing, onStep: progress.onStep },
  }).finally(progress.end);
  stdout.write(options.json ? jsonText(captured) : snapshotText(captured));
  return 0;
}

function snapshotText(captured: Captured): string {
  const { service, epoch, clients, problems } = captured;
  const { captured: written, back, missed, removed, waiting } = captured;
  const counts = Object.entries({
    written: written.length,
    ...{ back: back.length, missed: missed.length, removed: removed.length, 'former ones not back': waiting },
  })
    .filter(([what, number]) => number > 0 || what === 'written')
    .map(([what, number]) => `${number} ${what}`);
  const headline = `${printable(service, 80)}: ${clients} clients in epoch ${epoch}: ${counts.join(', ')}`;
  return [
    headline,
    ...problems.map((problem) => `  set aside: ${printableSentence(problem, 1000)}`),
    '',
  ].join('\n');
}
