import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { readStore, type StoredFile, type StoreState } from '../../lib/store/index.ts';
import type { LoggedEvent } from '../../scripts/lab/client/event-log.ts';
import {
  buildNfsService,
  type Host,
  LOCK_STORE,
  type NfsService,
  type NfsServiceOptions,
  SERVER,
  waitUntil,
} from '../../scripts/lab/index.ts';

/** Seconds of grace: as short as a cluster needs between the start of the lock manager and the address. */
const GRACE = 8;
/** The nfslock of the lab's group. */
export const NFSLOCK = 'locks';
const RUN = `/run/lockferry/services/${NFSLOCK}`;
/** A competitor does not wait as long as the kernel's client does between two questions. */
const AFTER_GRACE = { server: SERVER, wait: 'grace', retryMs: 200 } as const;

/** One thing that a keeper wrote down in /run. */
interface KeeperEvent {
  readonly at: number;
  readonly event: string;
  readonly [fact: string]: unknown;
}

/** Builds the service for one test; where that fails, all logs are kept and named. */
export async function serviceFor(t: Test, options: Partial<NfsServiceOptions>): Promise<NfsService> {
  const service = await buildNfsService({ lockferry: true, grace: GRACE, lease: 2, ...options });
  t.teardown(async () => {
    if (!t.passing()) await keepFacts(t, service);
    await service.lab.destroy();
  });
  return service;
}

async function keepFacts(t: Test, service: NfsService): Promise<void> {
  const { lab, n1, n2, c1 } = service;
  for (const node of [n1, n2]) {
    if (!node.isOn) continue;
    t.comment(`${node.name}: ${await node.readFile(`${RUN}/events.jsonl`).catch(() => 'no keeper')}`);
  }
  t.comment(`c1: ${JSON.stringify(await c1.events().catch(() => 'off'))}`);
  const directory = await mkdtemp(join(tmpdir(), 'lockferry-test-'));
  await cp(lab.logs, directory, { recursive: true });
  t.comment(`logs are kept in ${directory}`);
}

/** Client 1 takes the lock of a file, client 2 is refused; with Lockferry, waits until that is in the lock store. */
export async function takeLock(t: Test, service: NfsService, file: string): Promise<void> {
  const { c1, c2 } = service;
  t.equal((await c1.lock({ ...AFTER_GRACE, file }, 120)).status, 'NLM4_GRANTED', 'c1 has the lock');
  t.equal((await c2.lock({ ...AFTER_GRACE, file }, 120)).status, 'NLM4_DENIED', 'c2 is refused');
}

/** Waits until the lock store holds a record of client 1 that the present owner captured, in a file as wanted. */
export async function recorded(
  service: NfsService,
  wanted: (file: StoredFile) => boolean = () => true,
): Promise<StoreState> {
  return waitUntil('c1 is in the lock store', { timeout: 20 }, async () => {
    const state = await store(service);
    const files = [...state.current.values()].filter(wanted);
    return files.some(({ records }) => records.some(({ monName }) => monName === 'c1')) && state;
  });
}

/** Changes a parameter of nfslock in the cluster's configuration. */
export async function setParameter({ cluster }: NfsService, name: string, value: string): Promise<void> {
  await cluster.setParameter(NFSLOCK, name, value);
}

/** The lock store as it is on the shared storage. */
export function store({ lab }: NfsService): Promise<StoreState> {
  return readStore(lab.sharedPath(LOCK_STORE.replace('/srv/shared', '')));
}

/** What the present owner captured: file, client, and the whole record. */
export function recordsOf({ current }: StoreState): [string, string, string][] {
  return [...current.values()]
    .flatMap(({ name, records }) =>
      records.map((record): [string, string, string] => [name, record.monName, JSON.stringify(record)]),
    )
    .filter(([, client]) => client === 'c1')
    .sort();
}

/** The notifications that client 1's lockd was given by its statd. */
export async function notifications({ c1 }: NfsService): Promise<LoggedEvent[]> {
  return (await c1.events()).filter(({ event }) => event === 'sm-notify');
}

/** The numbers that client 1's statd was sent, in order; a round repeats its own for each name, and for lost replies. */
async function numbersSent({ c1 }: NfsService): Promise<number[]> {
  const log = await c1.host.readFile('/var/log/statd.log');
  const sent = [...log.matchAll(/Received SM_NOTIFY from \S+, state: (\d+)/g)].map(([, state]) =>
    Number(state),
  );
  return sent.filter((state, index) => state !== sent[index - 1]);
}

/** What the keeper that runs on a node wrote down; empty where the service is not started. */
export async function keeperEvents(node: Host, nfslock = NFSLOCK): Promise<KeeperEvent[]> {
  const text = await node.readFile(`/run/lockferry/services/${nfslock}/events.jsonl`).catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as KeeperEvent);
}

/** Waits until a keeper has written something down after a moment. */
export function keeperSays(node: Host, event: string, since = 0, seconds = 40): Promise<KeeperEvent> {
  const explain = async () => JSON.stringify(await keeperEvents(node));
  return waitUntil(`${event} on ${node.name}`, { timeout: seconds, explain }, async () =>
    (await keeperEvents(node)).find((each) => each.event === event && each.at >= since),
  );
}

/** `crm resource move`, without the constraint that it leaves behind: the service stays where it is then. */
export async function moveTo({ cluster }: NfsService, node: Host): Promise<void> {
  await cluster.crm(['resource', 'move', 'nfs', node.name]);
  await cluster.waitForResource('address', node, 60);
  await cluster.resource('nfs', ['--clear']);
}

export async function keeperPid(node: Host): Promise<number> {
  return Number(await node.readFile(`${RUN}/keeper.pid`));
}

/**
 * Something is done to the service that drops its locks: client 1 must be told with a number it has never seen, have
 * its lock again on `target`, and keep it after grace.
 */
export async function expectSurvival(
  t: Test,
  service: NfsService,
  file: string,
  target: Host,
  action: () => Promise<unknown>,
): Promise<void> {
  const { cluster, c1, c2 } = service;
  await recorded(service);
  const before = (await notifications(service)).length;
  const began = Date.now();
  await action();
  await cluster.waitForResource('address', target, 60);
  const explain = async () =>
    JSON.stringify({ events: await keeperEvents(target), client: await c1.status() });
  const held = await waitUntil(`c1 has reclaimed ${file}`, { timeout: 40, explain }, async () =>
    (await c1.status()).locks.find((lock) => lock.file === file && (lock.reclaimedAt ?? 0) >= began),
  );
  t.equal(held.inLockd, 'granted', `c1 has reclaimed its lock on ${target.name}`);
  t.comment(`reclaimed ${((held.reclaimedAt ?? 0) - began) / 1000} s after the action began`);
  const numbers = (await notifications(service)).map(({ state }) => Number(state));
  t.ok(numbers.length > before, 'c1 was told');
  t.strictSame(
    numbers,
    [...new Set(numbers)].sort((a, b) => a - b),
    'each number is new, and they rise',
  );
  // statd passes on no number a second time: whether it was sent one again, only statd itself knows.
  t.strictSame(await numbersSent(service), numbers, "none was sent to c1's statd in another round");
  t.ok(
    numbers.every((number) => number % 2 === 1),
    'each number is odd',
  );
  t.equal((await c2.lock({ ...AFTER_GRACE, file }, 120)).status, 'NLM4_DENIED', 'c2 is refused after grace');
  const { lost } = await c1.status();
  t.equal(lost, 0, 'c1 has lost nothing');
  const { ledger } = await store(service);
  t.equal(ledger.get('c1')?.phase, 'back', 'the ledger has c1 back');
}

/** The same without Lockferry: nobody is told, and client 2 gets what client 1 believes in. */
export async function expectLoss(
  t: Test,
  service: NfsService,
  file: string,
  target: Host,
  action: () => Promise<unknown>,
): Promise<void> {
  const { cluster, c1, c2 } = service;
  await action();
  await cluster.waitForResource('address', target, 60);
  t.equal((await c2.lock({ ...AFTER_GRACE, file }, 120)).status, 'NLM4_GRANTED', 'c2 gets the lock');
  const { locks } = await c1.status();
  t.ok(
    locks.some((lock) => lock.file === file && lock.believes),
    'c1 believes that it has it',
  );
  t.strictSame(await notifications(service), [], 'c1 was told nothing');
}

/**
 * Something is done that drops no lock: nobody may be told, the lock is kept, and the store has the same records and
 * the same number. `action` resolves when the keeper has seen what happened.
 */
export async function expectNobodyTold(
  t: Test,
  service: NfsService,
  file: string,
  action: () => Promise<unknown>,
): Promise<void> {
  const { cluster, c1, c2, n1, n2 } = service;
  const before = await recorded(service);
  const told = await notifications(service);
  const began = Date.now();
  await action();
  await cluster.waitForResource('address', undefined, 60);
  t.equal((await c2.lock({ server: SERVER, file })).status, 'NLM4_DENIED', 'c2 is refused, not for grace');
  const after = await store(service);
  t.strictSame(recordsOf(after), recordsOf(before), 'the store has the same records');
  t.equal(after.stateNumber, before.stateNumber, 'the store has the same number');
  t.strictSame(await notifications(service), told, 'c1 was told nothing');
  for (const node of [n1, n2].filter(({ isOn }) => isOn)) {
    const said = (await keeperEvents(node)).filter(({ at, event }) => at >= began && event === 'telling');
    t.strictSame(said, [], `the keeper of ${node.name} told nobody`);
  }
  const { locks, lost } = await c1.status();
  t.match(
    { lost, lock: locks.find((lock) => lock.file === file) },
    { lost: 0, lock: { inLockd: 'granted' } },
  );
  t.strictSame((await cluster.status())?.failures, [], 'Pacemaker has seen no failure');
}
