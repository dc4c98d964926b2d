import { resolve } from 'node:path';
import type { Argv } from 'yargs';
import { followProcesses } from '../keeper/identities.ts';
import { printable, printableSentence } from '../printable.ts';
import { isGraceOver } from './grace.ts';
import { jsonText } from './json-text.ts';
import type { Means } from './means.ts';
import { jsonOption, onceEach, sharedDirOption, takeStoreOptions } from './options.ts';
import type { Captured } from './storage/capture.ts';
import { askOnce, WRITE_WITHIN } from './storage/session.ts';
import type { Terminal } from './terminal.ts';

export interface SnapshotOptions {
  readonly sharedDir: string;
  readonly service: string | undefined;
  readonly statdDir: string | undefined;
  readonly takeOver: boolean;
  readonly json: boolean;
}

export const SNAPSHOT_SUMMARY = "Capture statd's clients into a lock store, without Pacemaker";

const HELP = `For clusters without ocf:lockferry:nfslock: run it on the node that serves, by
a timer. A lock that a client got since the last run is lost if the node dies.
It is refused while the service is started here as a resource, and on a node
other than the one that wrote the store last, unless that has been taken over
by lockferry notify or restore, or is by --take-over. A client that statd has
dropped is looked for again after 5 seconds, and dropped then.

Prints JSON as one object on one line:
  service      the service of the store
  epoch        the epoch that the capture is
  clients      how many clients the store has a record of
  captured     those whose record is new or was written anew, a list
  back         former clients that were told and have their record back, a list
  missed       former clients that were told and not back when grace ended
  removed      files of clients that statd has dropped, a list
  waiting      how many former clients are not back: tell them by lockferry notify
  problems     what was set aside, a list

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
  { stdout }: Terminal,
  means: Means,
): Promise<number> {
  const dir = resolve(options.sharedDir);
  const { lockManager } = await followProcesses('auto')();
  const input = {
    ...{ dir, service: options.service ?? null, takeOver: options.takeOver, runtime: means.runtime ?? null },
    ...{ statdDir: options.statdDir === undefined ? null : resolve(options.statdDir) },
    graceOver: await isGraceOver(lockManager),
  };
  const doing = `the capture into ${printable(dir)}`;
  const captured = await askOnce(means.storage, 'capture', input, { within: WRITE_WITHIN, doing });
  stdout.write(options.json ? jsonText(captured) : snapshotText(captured));
  return 0;
}

function snapshotText(captured: Captured): string {
  const { service, epoch, clients, back, missed, removed, waiting, problems } = captured;
  const counts = [
    `${captured.captured.length} written`,
    ...(back.length > 0 ? [`${back.length} back`] : []),
    ...(missed.length > 0 ? [`${missed.length} missed`] : []),
    ...(removed.length > 0 ? [`${removed.length} removed`] : []),
    ...(waiting > 0 ? [`${waiting} former ones not back`] : []),
  ];
  const headline = `${printable(service, 80)}: ${clients} clients in epoch ${epoch}: ${counts.join(', ')}`;
  return [
    headline,
    ...problems.map((problem) => `  set aside: ${printableSentence(problem, 1000)}`),
    '',
  ].join('\n');
}
