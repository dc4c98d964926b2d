import { resolve } from 'node:path';
import type { Argv } from 'yargs';
import { printable, printableSentence } from '../printable.ts';
import { jsonText } from './json-text.ts';
import type { Means } from './means.ts';
import { jsonOption, onceEach, sharedDirOption, takeStoreOptions } from './options.ts';
import { progressOfSteps } from './progress.ts';
import { askOnce, WRITE_WITHIN } from './storage/session.ts';
import { type TakeWords, takeOptions } from './take-options.ts';
import { NOBODY, type Terminal } from './terminal.ts';

export interface RestoreOptions extends TakeWords {
  /** undefined where it is statd's own. */
  readonly to: string | undefined;
  readonly live: boolean;
  readonly json: boolean;
}

export const RESTORE_SUMMARY = 'Convey the clients of a lock store into a statd directory';

const HELP = `--to makes the directory as rpc.statd -P and sm-notify -P want it: sm/, sm.bak/
and state. --live puts the records into statd's own directory, beside what is
there, and is refused while rpc.statd runs: statd would neither see nor spare
them. Start rpc.statd and sm-notify, and then the NFS server, after it; the
clients in there are told by all that sm-notify announces.

What is announced from there must differ from what clients were told
before, so the numbers are reserved in the store first: the state file's, which
sm-notify -n announces, and the next one, which sm-notify announces without -n.
This node has the store then; it is refused while the service is started here
as a resource. lockferry notify does both, conveys and tells, in one step.

Where no lock manager runs yet, lockferry snapshot says who is back once one
does; and who is not when its grace period is over has missed it, and is told by
nobody later. Where one runs, they wait for lockferry notify.

Prints JSON as one object on one line:
  service      the service of the store
  epoch        the epoch that was begun
  to           the directory
  clients      the clients that were conveyed, a list
  stateNumber  the number in the directory's state file
  problems     what could not be conveyed, or not be read in the lock store, a list

Exit code: 0 if all was conveyed, else 1.`;

/** Declares the options of `lockferry restore`. */
export function restoreOptions(yargs: Argv) {
  return yargs
    .usage('lockferry restore --shared-dir DIR {--to DIR | --live} [OPTION]...')
    .usage(`${RESTORE_SUMMARY}. Run it as root.`)
    .option('shared-dir', { ...sharedDirOption, demandOption: true })
    .option('to', {
      ...{ type: 'string', requiresArg: true },
      describe: 'The directory to make; it must not be there, or be empty',
    })
    .option('live', {
      ...{ type: 'boolean', default: false },
      describe: "Into statd's own directory, while rpc.statd is stopped",
    })
    .options(takeStoreOptions)
    .option('json', jsonOption)
    .check(onceEach('shared-dir', 'to', 'statd-dir'))
    .check(({ to, live }) => {
      if ((to === undefined) === (live === true)) return true;
      throw new Error('give --to or --live, one of them');
    })
    .example('lockferry restore --shared-dir /srv/nfs/.lockferry --to /run/nfs-statd', '')
    .example('lockferry restore --shared-dir /srv/nfs/.lockferry --live', 'before rpc.statd starts')
    .example('sm-notify -d -f -v nfs.example.com -P /run/nfs-statd', 'tells them')
    .epilogue(HELP);
}

/** Conveys, and says what was. @returns the exit code. @throws Fault as restoreStore. */
export async function restore(
  options: RestoreOptions,
  { stdout, stderr }: Terminal,
  means: Means,
): Promise<number> {
  const to = options.live ? null : resolve(String(options.to));
  const input = { ...takeOptions(options, means), to };
  const doing = `conveying from ${printable(input.dir)} to ${to === null ? 'sm/' : printable(to)}`;
  const progress = progressOfSteps(options.json ? NOBODY : stderr);
  const restored = await askOnce(means.storage, 'restore', input, {
    ...{ within: WRITE_WITHIN, doing, onStep: progress.onStep },
  }).finally(progress.end);
  if (options.json) {
    stdout.write(jsonText(restored));
  } else {
    const { service, clients, stateNumber, problems } = restored;
    stdout.write(
      `${printable(service, 80)}: ${clients.length} clients conveyed to ${printable(restored.to, 1000)}, state ${stateNumber}\n`,
    );
    for (const problem of problems) stdout.write(`  set aside: ${printableSentence(problem, 1000)}\n`);
  }
  return restored.problems.length === 0 ? 0 : 1;
}
