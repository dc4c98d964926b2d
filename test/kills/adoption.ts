import { readStore } from '../../lib/store/index.ts';
import type { Host } from '../../scripts/lab/host.ts';
import { HostLockClient } from '../../scripts/lab/lock-client.ts';
import { buildNfsService, LOCK_STORE, type NfsService, SERVER } from '../../scripts/lab/nfs-service.ts';
import { waitUntil } from '../../scripts/lab/wait-until.ts';
import { ARMED } from './kill.ts';
import { type Grant, type Loss, lossOf } from './loss.ts';
import type { Mode } from './modes.ts';

/** Client hosts that take locks, besides the one that tries to get them afterwards. */
const CLIENTS = 7;
/** Seconds of grace. */
const GRACE = 8;
/** Seconds between two monitors of nfslock: where those capture, a stream lasts longer than one interval. */
const INTERVAL = 1;
/** How long clients go on coming, milliseconds; the node is killed in the middle of it. */
const STREAM = 2500;
/** A monitor takes its time, and Pacemaker its own to begin the next one, milliseconds. */
const MONITOR_TAKES = 1500;

/** What came of one kill in a cluster. */
export interface Adoption {
  /** First locks that were granted before the kill. */
  readonly granted: number;
  /** What the lock store lacked then. */
  readonly loss: Loss;
  /** Clients that have their lock again on the adoptive node, and that nobody else can take. */
  readonly kept: number;
  readonly broken: string | null;
}

/**
 * Hosts take their first locks one after another from NFS-Ganesha in a Pacemaker cluster; its node loses its power; the
 * other node adopts the service. Whoever was in the lock store at that moment must have its lock again.
 */
export async function killAndAdopt(mode: Mode): Promise<Adoption> {
  const parameters = { capture: mode.capture };
  const service = await buildNfsService({
    ...{ lockferry: true, grace: GRACE, lease: 2, parameters, monitorInterval: INTERVAL },
  });
  try {
    return await adoptOn(service, mode);
  } finally {
    await service.lab.destroy();
  }
}

async function adoptOn(service: NfsService, mode: Mode): Promise<Adoption> {
  const { lab, cluster, n1, n2, c1, c2 } = service;
  if (mode.callout) await setUpCallout(n1);
  const numbers = Array.from({ length: CLIENTS - 1 }, (_, index) => index + 3);
  const others = numbers.map(async (number) =>
    HostLockClient.start(await lab.addHost(`c${number}`, `10.77.0.${10 + number}`)),
  );
  const clients = [c1, ...(await Promise.all(others))];
  await waitUntil('grace is over', { timeout: 40 }, async () => {
    const { status } = await c2.lock({ server: SERVER, file: 'before' });
    return status === 'NLM4_GRANTED';
  });

  const asked = clients.map(async (client, index) => {
    await pause((STREAM * (index + Math.random())) / CLIENTS);
    // Where the answer never comes, because the node died, the lock is none that could be lost.
    await client.lock({ server: SERVER, file: fileOf(client) }, 60).catch(() => undefined);
  });
  await pause(STREAM * (0.3 + 0.7 * Math.random()));
  await n1.powerOff();
  const killedAt = Date.now();
  const { current } = await readStore(lab.sharedPath(LOCK_STORE.replace('/srv/shared', '')));
  const grants = await grantsBefore(clients, killedAt);
  const loss = lossOf(grants, new Set(current.keys()), killedAt);

  await cluster.waitForResource('address', n2, 60);
  const recorded = new Set(grants.map(({ client }) => client).filter((name) => current.has(name)));
  const expected = clients.filter(({ host }) => recorded.has(host.name));
  const states = () => Promise.all(expected.map((client) => hasAgain(client, killedAt)));
  const explain = async () => JSON.stringify(await Promise.all(expected.map((client) => client.status())));
  await waitUntil('every client that was recorded has its lock again', { timeout: 30, explain }, async () =>
    (await states()).every(Boolean),
  );
  await Promise.all(asked);
  const refused = await Promise.all(
    expected.map((client) =>
      c2.lock({ server: SERVER, file: fileOf(client), wait: 'grace', retryMs: 200 }, 60),
    ),
  );
  const kept = refused.filter(({ status }) => status === 'NLM4_DENIED').length;
  const monitored = [{ began: killedAt - INTERVAL * 1000 - MONITOR_TAKES, code: 0 }];
  const stolen = grants.length - loss.clients - kept;
  const theft = stolen > 0 ? `${stolen} clients were recorded, and another got their locks` : null;
  const broken = mode.broken({ loss, killedAt, monitored }) ?? theft;
  return { granted: grants.length, loss, kept, broken };
}

/** As an operator does it, and waits until the callout is waited for. */
async function setUpCallout(node: Host): Promise<void> {
  await node.output(['lockferry', 'setup', 'callout', '--yes']);
  await node.service('restart', 'statd');
  await waitUntil('the callout asks the keeper', { timeout: 20 }, async () => {
    return (await node.run(['test', '-s', ARMED])).code === 0;
  });
}

/** Who had its first lock before the node was killed, in the order of the grants. */
async function grantsBefore(clients: readonly HostLockClient[], killedAt: number): Promise<Grant[]> {
  const grants = clients.map(async (client) => {
    const { locks } = await client.status();
    return locks.map(({ grantedAt }) => ({ client: client.host.name, at: grantedAt ?? Infinity }));
  });
  const all = (await Promise.all(grants)).flat();
  return all.filter(({ at }) => at <= killedAt).sort((one, other) => one.at - other.at);
}

async function hasAgain(client: HostLockClient, since: number): Promise<boolean> {
  const { locks } = await client.status();
  return locks.some(({ inLockd, reclaimedAt }) => inLockd === 'granted' && (reclaimedAt ?? 0) > since);
}

function fileOf({ host }: HostLockClient): string {
  return `of-${host.name}`;
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
