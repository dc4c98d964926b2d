import t from 'tap';
import { adopted, claimEpoch, type Disk, readStore, type Store } from '../../lib/store/index.ts';
import { fileOf, HOLDER } from '../lib/store/arbitraries.ts';
import { memoryDisk } from './memory-disk.ts';
import { type Errno, faultyDisk, type Misfortune } from './once/faulty-disk.ts';
import { CrashModel } from './power-cut/crash-model.ts';

const DIRECTORY = '/srv/store';
/** Clients of one epoch, and how often one is recorded: more than a journal may hold before it is written anew. */
const CLIENTS = 3;
const COMMITS = 9;
const ERRNOS: readonly Errno[] = ['EIO', 'ENOSPC', 'EROFS', 'EACCES'];
/** What becomes of the call of a number. */
const MISFORTUNES: Readonly<Record<string, (at: number) => Misfortune>> = {
  'it does nothing': (at) => ERRNOS[at % ERRNOS.length] ?? 'EIO',
  'it does all and says that it failed': () => 'done',
  'it writes half and fails': () => 'half',
  'it writes half and says so': () => 'short',
};

/** What became of one life in which one call failed. */
interface Outcome {
  /** The call that went wrong; null: it was none that can go wrong like that. */
  readonly struck: string | null;
  /** How many there were. */
  readonly calls: number;
  readonly broken: string | null;
  /** States that a power cut can have left after it. */
  readonly states: number;
}

async function start(disk: Disk): Promise<Store> {
  const options = { dir: DIRECTORY, service: 'a', holder: HOLDER, now: () => 1, slack: 0, disk };
  const claim = await claimEpoch(options);
  try {
    return await claim.establish(adopted(claim.former, 1));
  } catch (error) {
    await claim.abandon();
    throw error;
  }
}

/** What fails is tried once more, as keeper and cluster do; that must be enough. */
async function twice<T>(step: () => Promise<T>): Promise<T> {
  return step().catch(step);
}

/** Who of these is in no record. */
async function missing(disk: Disk, clients: ReadonlySet<string>): Promise<string[]> {
  const { current, inherited, damage } = await readStore(DIRECTORY, disk);
  if (damage.length > 0) return [`${damage[0]?.reason} in ${damage[0]?.file}`];
  return [...clients].filter((client) => !current.has(client) && !inherited.has(client));
}

/** Two owners, one after the other, record clients; the call of this number fails. */
async function live(at: number, how: Misfortune, seen: Set<string>): Promise<Outcome> {
  const model = new CrashModel(DIRECTORY);
  const { disk, struck, calls } = faultyDisk(DIRECTORY, at, how, (step) => model.apply(step));
  const acknowledged = new Set<string>();
  let states = 0;
  const lost = async (): Promise<string | null> => {
    if (struck() === null) return null;
    for (const remains of [...model.states()]) {
      const key = [...acknowledged, ...(remains ?? [])].map((one) => one.toString()).join('\n');
      if (seen.has(key)) continue;
      seen.add(key);
      states += 1;
      const gone = await missing(memoryDisk(remains), acknowledged);
      if (gone.length > 0) return `after a power cut: ${gone}`;
    }
    return null;
  };
  let broken: string | null = null;
  try {
    for (const owner of ['one', 'other']) {
      const store = await twice(() => start(disk));
      for (let turn = 0; turn < COMMITS; turn++) {
        const client = `${owner}-${turn % CLIENTS}`;
        await twice(() => store.commit([{ type: 'captured', file: fileOf(client, turn) }]));
        acknowledged.add(client);
        broken ??= await lost();
        if (!(await twice(() => store.isOwner()))) broken ??= 'it takes itself for no owner';
      }
      await store.close();
    }
    broken ??= await lost();
    const gone = await twice(() => missing(disk, acknowledged));
    if (gone.length > 0) broken ??= `${gone} is missing`;
  } catch (error) {
    broken ??= `it does not heal: ${error}`;
  }
  return { struck: struck(), calls: calls(), broken, states };
}

for (const [what, misfortune] of Object.entries(MISFORTUNES)) {
  t.test(`one call of the storage goes wrong, whichever: ${what}`, async (t) => {
    const broken: string[] = [];
    const struck = new Map<string, number>();
    const seen = new Set<string>();
    let states = 0;
    for (let at = 0; ; at++) {
      const outcome = await live(at, misfortune(at), seen);
      if (outcome.broken !== null) broken.push(`call ${at}, ${outcome.struck}: ${outcome.broken}`);
      if (outcome.calls <= at) break;
      const name = outcome.struck ?? 'others';
      struck.set(name, (struck.get(name) ?? 0) + 1);
      states += outcome.states;
    }
    t.same(broken.slice(0, 5), []);
    t.comment(`${states} states after ${[...struck].map((one) => one.join(' ')).join(', ')}`);
    const writesOnly = struck.size === 2;
    const calls = writesOnly
      ? ['write']
      : ['create', 'write', 'fdatasync', 'fsync', 'open', 'readdir', 'unlink'];
    for (const call of calls) t.ok(struck.has(call), `${call} went wrong, too`);
  });
}
