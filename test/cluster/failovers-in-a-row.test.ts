import t, { type Test } from 'tap';
import {
  type Host,
  type HostLockClient,
  type NfsService,
  SERVER,
  waitUntil,
} from '../../scripts/lab/index.ts';
import { keeperEvents, keeperPid, keeperSays, serviceFor, store } from './nfslock-scene.ts';

/** Seconds: longer than a node needs to come back, so that the next failover can come during a recovery. */
const GRACE = 20;

/** The numbers that a client's statd was sent, in order, whoever sent them; a round repeats its own for each name. */
async function numbersSeen({ host }: HostLockClient): Promise<number[]> {
  const log = await host.readFile('/var/log/statd.log');
  const sent = [...log.matchAll(/Received SM_NOTIFY from \S+, state: (\d+)/g)].map(([, state]) =>
    Number(state),
  );
  return sent.filter((state, index) => state !== sent[index - 1]);
}

async function lockOf(client: HostLockClient) {
  return (await client.status()).locks[0];
}

function reclaimed(client: HostLockClient, since: number, node: Host): Promise<unknown> {
  const explain = async () =>
    JSON.stringify({ client: await client.status(), keeper: await keeperEvents(node) });
  return waitUntil(
    `${client.host.name} has reclaimed on ${node.name}`,
    { timeout: 60, explain },
    async () => ((await lockOf(client))?.reclaimedAt ?? 0) >= since,
  );
}

/** A node dies, and what its statd knew with it: when it is back, only the lock store can tell of the clients. */
async function dieForGood(node: Host): Promise<void> {
  await node.powerOff();
  for (const client of ['c1', 'c2']) await node.removeFile(`/var/lib/nfs/sm/${client}`);
}

/** Kills the node that owns the service in the middle of a recovery. @returns when, in milliseconds since 1970. */
async function killRecovering(t: Test, service: NfsService, owner: Host): Promise<number> {
  const said = await keeperEvents(owner);
  await dieForGood(owner);
  t.ok(
    said.length > 0 && !said.some(({ event }) => event === 'recovery-ended'),
    `${owner.name} was recovering`,
  );
  t.ok((await store(service)).inherited.size > 0, 'and somebody is still expected');
  return Date.now();
}

t.test('three failovers in a row, the second and third during the recovery of the one before', async (t) => {
  const service = await serviceFor(t, { ganesha: 'resource', grace: GRACE, monitorInterval: 2 });
  const { cluster, n1, n2, c1, c2 } = service;
  const wanted = { server: SERVER, wait: 'grace', retryMs: 200 } as const;
  t.equal((await c1.lock({ ...wanted, file: 'first' }, 120)).status, 'NLM4_GRANTED', 'c1 has a lock');
  t.equal((await c2.lock({ ...wanted, file: 'second' }, 120)).status, 'NLM4_GRANTED', 'c2 has a lock');
  await waitUntil('both are in the lock store', { timeout: 20 }, async () => {
    const { current } = await store(service);
    return current.has('c1') && current.has('c2');
  });

  // Who cannot be reached keeps a recovery open until grace ends; the lock is no less alive for that.
  await c2.host.cutOff();
  const first = Date.now();
  await dieForGood(n1);
  await reclaimed(c1, first, n2);
  t.pass('1: n1 dies, and c1 has its lock again on n2');
  await waitUntil('n2 knows its lock manager', { timeout: 10 }, async () => {
    return (await store(service)).holder.lockManager !== null;
  });
  const killed = Date.now();
  await n2.output(['kill', '-KILL', String(await keeperPid(n2))]);
  t.match(
    await keeperSays(n2, 'adopted', killed),
    { inPlace: true },
    'its keeper dies, and the next one goes on',
  );
  await n1.powerOn();
  await cluster.waitForNodes([n1, n2]);
  const numbers = [await numbersSeen(c1)];
  const reserved = [(await store(service)).stateNumber ?? 0];

  const second = await killRecovering(t, service, n2);
  await keeperSays(n1, 'telling', second, 60);
  t.pass('2: n2 dies, and n1 tells the clients');
  const third = await killRecovering(t, service, n1);
  numbers.push((await numbersSeen(c1)).filter((number) => !numbers[0]?.includes(number)));
  reserved.push((await store(service)).stateNumber ?? 0);

  await c2.host.reconnect();
  await n2.powerOn();
  await Promise.all([reclaimed(c1, third, n2), reclaimed(c2, third, n2)]);
  t.pass('3: n1 dies, and both clients have their locks again on n2');
  const before = new Set(numbers.flat());
  numbers.push((await numbersSeen(c1)).filter((number) => !before.has(number)));
  reserved.push((await store(service)).stateNumber ?? 0);
  t.comment(`numbers that c1's statd saw: ${JSON.stringify(numbers)}, reserved at last: ${reserved}`);

  const rising = (values: readonly number[]) => [...new Set(values)].sort((one, other) => one - other);
  const all = await numbersSeen(c1);
  t.strictSame(all, rising(all), "c1's statd saw each number in one round, and they rise");
  t.ok(
    all.every((number) => number % 2 === 1),
    'each is odd',
  );
  t.strictSame(reserved, rising(reserved), 'and so do those that were reserved, each time the node died');
  t.ok(
    Math.min(...(numbers[2] ?? [])) > (reserved[1] ?? Infinity),
    'the third begins above what was reserved',
  );
  const late = await numbersSeen(c2);
  t.ok(
    Math.min(...late) > (reserved[1] ?? Infinity),
    "c2's statd saw none that an earlier owner had reserved",
  );

  t.equal((await c2.lock({ ...wanted, file: 'first' }, 120)).status, 'NLM4_DENIED', 'c1 keeps its lock');
  t.equal((await c1.lock({ ...wanted, file: 'second' }, 120)).status, 'NLM4_DENIED', 'c2 keeps its lock');
  for (const client of [c1, c2]) {
    t.equal((await client.status()).lost, 0, `${client.host.name} has lost nothing`);
    const { ledger } = await store(service);
    t.equal(ledger.get(client.host.name)?.phase, 'back', `the ledger has ${client.host.name} back`);
  }
});
