import { resolve } from 'node:path';
import type { Argv } from 'yargs';
import { sentenceOf } from '../fault.ts';
import { followProcesses } from '../keeper/identities.ts';
import { createResolver } from '../node/resolver.ts';
import { printable } from '../printable.ts';
import { announcementsFor } from '../recover/announcements.ts';
import type { Change } from '../store/index.ts';
import { guardGrace, refuseAbsent } from './grace.ts';
import { interruption } from './interruption.ts';
import { jsonText } from './json-text.ts';
import type { Means } from './means.ts';
import { notifyText } from './notify-text.ts';
import { addressList, jsonOption, nameList, onceEach, sharedDirOption, takeStoreOptions } from './options.ts';
import { progressOn } from './progress.ts';
import type { Round } from './storage/round.ts';
import { StorageSession, WRITE_WITHIN } from './storage/session.ts';
import { takeOptions } from './take-options.ts';
import { type Told, tell, toBeTold } from './telling.ts';
import type { Terminal } from './terminal.ts';

export interface NotifyOptions {
  /** Exactly one of these two. */
  readonly sharedDir: string | undefined;
  readonly from: string | undefined;
  readonly addresses: readonly string[];
  readonly names: readonly string[];
  readonly statdDir: string | undefined;
  readonly takeOver: boolean;
  readonly outsideGrace: boolean;
  readonly again: boolean;
  /** Seconds. */
  readonly within: number;
  readonly json: boolean;
}

/** What `lockferry notify` did. This is its JSON, too. */
export interface Notified extends Pick<Told, 'end' | 'clients'> {
  readonly service: string | null;
  readonly stateNumber: number;
  /** The names that were announced. */
  readonly names: readonly string[];
  readonly problems: readonly string[];
}

export const NOTIFY_SUMMARY = 'Tell the clients of a lock store to reclaim their locks';

/** How long reverse DNS may take to say how clients call us, milliseconds. */
const NAMES_WITHIN = 1500;

const HELP = `For clusters without ocf:lockferry:nfslock: run it on the node that has taken
over, when address and lock manager are up and grace is on. This node has the
store then. It is refused while the service is started here as a resource, and
where a reclaim cannot succeed: a client that is told outside grace forgets its
locks, or takes one that another client has by now. Each time a new NSM state
number is made durable before it is sent. With --from, the clients of a statd
directory are told, which nobody else may be using.

Who came to this node and to the lock manager that runs now keeps its locks,
and is not told; where that is everybody, it is refused. Where their locks were
released meanwhile, as for an unmount, --again tells them too.

Prints JSON as one object on one line:
  service      the service of the store; null with --from
  stateNumber  the NSM state number that was sent
  names        the names that were announced, a list
  end          "complete": all were told; "time-over", "grace-over",
               "interrupted"
  clients      a list; each as in lockferry clients --help, and
               told: whether it has answered all names now
  problems     what was set aside or could not be made durable, a list

Exit code: 0 if all were told, else 1.`;

/** Declares the options of `lockferry notify`. */
export function notifyOptions(yargs: Argv) {
  return yargs
    .usage('lockferry notify --shared-dir DIR --ip ADDRESS[,ADDRESS]... [OPTION]...')
    .usage(`${NOTIFY_SUMMARY}. Run it as root.`)
    .option('shared-dir', sharedDirOption)
    .option('from', { type: 'string', requiresArg: true, describe: 'Instead, a statd directory' })
    .option('ip', {
      ...{ type: 'string', requiresArg: true, demandOption: true, coerce: addressList },
      describe: 'The addresses of the service, on this node: clients are told from there',
    })
    .option('names', {
      ...{ type: 'string', requiresArg: true, default: '', coerce: nameList },
      describe: 'Host names by which clients mount the service',
    })
    .option('within', {
      ...{ type: 'number', requiresArg: true, default: 60 },
      describe: 'Seconds after which clients that do not answer are given up',
    })
    .option('outside-grace', {
      ...{ type: 'boolean', default: false },
      describe: 'Tell them although they cannot reclaim: they lose their locks',
    })
    .option('again', {
      ...{ type: 'boolean', default: false },
      describe: 'Tell those too who have their locks from here: they were released since',
    })
    .options(takeStoreOptions)
    .option('json', jsonOption)
    .check(onceEach('shared-dir', 'from', 'within', 'statd-dir'))
    .check(({ sharedDir, from, within }) => {
      if ((sharedDir === undefined) === (from === undefined)) throw new Error('give --shared-dir or --from');
      if (!(within > 0 && within <= 86_400)) throw new Error('--within takes 1 to 86400 seconds');
      return true;
    })
    .example('lockferry notify --shared-dir /srv/nfs/.lockferry --ip 192.0.2.10', '')
    .epilogue(HELP);
}

/** Tells the clients and says what became of each. @returns the exit code. @throws Fault that says what is lacking. */
export async function notify(options: NotifyOptions, terminal: Terminal, means: Means): Promise<number> {
  const { lockManager } = await followProcesses('auto')();
  refuseAbsent(options.addresses);
  const isOver = await guardGrace(options.outsideGrace, lockManager);
  const storage = StorageSession.open(means.storage);
  try {
    const round = await beginRound(options, storage, means);
    const notified = await tellRound(round, options, { terminal, storage, means, isOver });
    terminal.stdout.write(options.json ? jsonText(notified) : notifyText(notified));
    return notified.end === 'complete' && notified.problems.length === 0 ? 0 : 1;
  } finally {
    storage.end();
  }
}

function beginRound(options: NotifyOptions, storage: StorageSession, means: Means): Promise<Round> {
  const { sharedDir } = options;
  if (sharedDir === undefined) {
    const from = resolve(String(options.from));
    const doing = `reading ${printable(from)}`;
    return storage.ask('beginRoundFrom', from, { within: WRITE_WITHIN, doing });
  }
  const input = { ...takeOptions({ ...options, sharedDir }, means), again: options.again };
  const doing = `taking the lock store in ${printable(input.dir)}`;
  return storage.ask('beginRound', input, { within: WRITE_WITHIN, doing });
}

interface World {
  readonly terminal: Terminal;
  readonly storage: StorageSession;
  readonly means: Means;
  readonly isOver: () => Promise<boolean>;
}

/** Storage that fails meanwhile keeps nobody from being told: it is a problem that is said in the end. */
async function tellRound(
  round: Round,
  options: NotifyOptions,
  { terminal, storage, means, isOver }: World,
): Promise<Notified> {
  const problems = [...round.problems];
  const patience = { within: WRITE_WITHIN, doing: 'making it durable what clients answered' };
  const durable = async (task: 'note' | 'endRound', changes: readonly Change[]) => {
    try {
      if ((await storage.ask(task, changes, patience)) === false) {
        problems.push('the lock store was taken by somebody else meanwhile');
      }
    } catch (error) {
      const problem = sentenceOf(error);
      if (!problems.includes(problem)) problems.push(problem);
    }
  };
  const resolver = createResolver({});
  const { addresses, names } = options;
  const announcements = await announcementsFor({ addresses, names }, resolver, NAMES_WITHIN);
  const book = toBeTold(round);
  const wanted = book.open().length;
  const quiet = options.json || wanted === 0;
  const progress = quiet ? null : progressOn(terminal.stderr, wanted, 'clients told');
  const { end, clients, changes } = await tell(book, {
    ...{ round, announcements, isOver, resolver, within: options.within * 1000 },
    interrupted: interruption(means.signals),
    note: (changes) => durable('note', changes),
    onProgress: (told) => progress?.update(told),
  }).finally(() => progress?.end());
  await durable('endRound', changes);
  const { service, stateNumber } = round;
  return { service, stateNumber, names: announcements.map(({ name }) => name), end, clients, problems };
}
