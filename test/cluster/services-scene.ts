import { chown, stat } from 'node:fs/promises';
import type { Test } from 'tap';
import { readStore, type StoredFile } from '../../lib/store/index.ts';
import {
  FLOATING,
  type Host,
  type HostLockClient,
  LOCK_STORE,
  type NfsService,
  SERVER,
  waitUntil,
} from '../../scripts/lab/index.ts';
import { keeperEvents, NFSLOCK } from './nfslock-scene.ts';

/** statd's file of client 1. */
export const SM_FILE = '/var/lib/nfs/sm/c1';

/** One service of the lab's cluster: what fails over by itself. */
export interface Served {
  /** The name by which clients mount it. */
  readonly server: string;
  readonly address: string;
  /** The resource of its address, the last of its group. */
  readonly last: string;
  /** Its nfslock and that one's lock store; null: Lockferry knows nothing of it. */
  readonly locks: { readonly nfslock: string; readonly store: string } | null;
}

/** A lock of a client, by the service that it mounts. */
export interface Holding {
  readonly client: HostLockClient;
  readonly at: Pick<Served, 'server' | 'locks'>;
  readonly file: string;
}

/** The service that every lab has. */
export const OWN: Served = {
  ...{ server: SERVER, address: FLOATING, last: 'address' },
  locks: { nfslock: NFSLOCK, store: LOCK_STORE },
};

const AFTER_GRACE = { wait: 'grace', retryMs: 200 } as const;

/**
 * Adds a service to the cluster, which runs on `home` when this resolves.
 * @param letter b, c, ...: tells it from the others
 * @param parameters of its nfslock, besides `shared_dir`, `ip` and `names`; null: it has none
 */
export async function serveBeside(
  { lab, cluster }: NfsService,
  letter: string,
  home: Host,
  parameters: Readonly<Record<string, string>> | null,
): Promise<Served> {
  const address = `10.77.0.${100 + letter.charCodeAt(0) - 'a'.charCodeAt(0)}`;
  const [server, last] = [`nfs-${letter}`, `address-${letter}`];
  const locks =
    parameters === null ? null : { nfslock: `${NFSLOCK}-${letter}`, store: `${LOCK_STORE}-${letter}` };
  const given = { shared_dir: locks?.store, ip: address, names: server, ...parameters };
  const pairs = Object.entries(given).map(([name, value]) => `${name}="${value}"`);
  const nfslock = `primitive ${locks?.nfslock} ocf:lockferry:nfslock params ${pairs.join(' ')} \\
  op start timeout=60s op stop timeout=20s op monitor interval=10s timeout=20s\n`;
  await lab.addName(address, server);
  await cluster.crm(['configure', 'load', 'update', '-'], {
    input: `${locks === null ? '' : nfslock}\
primitive ${last} ocf:heartbeat:IPaddr2 params ip=${address} cidr_netmask=32 arp_count=1 \\
  op start timeout=20s op stop timeout=20s op monitor interval=10s timeout=20s
group ${server} ${locks?.nfslock ?? ''} ${last}
location ${server}-home ${server} 50: ${home.name}
`,
  });
  await cluster.waitForResource(last, home, 60);
  return { server, address, last, locks };
}

/** Takes locks; resolves when each is in the store of its service, if it has one. */
export async function takeLocks(t: Test, service: NfsService, holdings: readonly Holding[]): Promise<void> {
  for (const { client, at, file } of holdings) {
    const { status } = await client.lock({ ...AFTER_GRACE, server: at.server, file }, 120);
    t.equal(status, 'NLM4_GRANTED', `${client.host.name} has ${file} of ${at.server}`);
  }
  for (const { client, at } of holdings) await captured(service, at, client.host.name);
}

/** Waits until the service's lock store, if it has one, holds a record of the client, in a file as wanted. */
export async function captured(
  { lab }: NfsService,
  { server, locks }: Holding['at'],
  client: string,
  wanted: (file: StoredFile) => boolean = () => true,
): Promise<void> {
  if (locks === null) return;
  const path = lab.sharedPath(locks.store.replace('/srv/shared', ''));
  await waitUntil(`${client} is in the store of ${server}`, { timeout: 20 }, async () => {
    const files = [...(await readStore(path)).current.values()].filter(wanted);
    return files.some(({ records }) => records.some(({ monName }) => monName === client));
  });
}

/**
 * Makes statd's file of client 1 one that it would read, but not write so: only a verbatim copy keeps the capital digits.
 * Resolves when the services' stores have it so, in the format of each.
 */
export async function inCapitals(
  service: NfsService,
  node: Host,
  stores: readonly { readonly at: Served; readonly format: string }[],
): Promise<{ written: string; capitals: string }> {
  const written = await node.readFile(SM_FILE);
  const capitals = written.replaceAll('0100007f', '0100007F');
  const { uid, gid } = await stat(node.path(SM_FILE));
  await node.writeFile(SM_FILE, capitals, 0o600);
  await chown(node.path(SM_FILE), uid, gid);
  for (const { at, format } of stores) {
    const wanted = format === 'copy' ? capitals : null;
    await captured(service, at, 'c1', ({ copy }) => copy === wanted);
  }
  return { written, capitals };
}

/** Sets a parameter of a service's nfslock while it runs; resolves when the cluster has nothing left to do. */
export async function change(
  { cluster }: NfsService,
  { locks }: Served,
  parameters: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, value] of Object.entries(parameters)) {
    await cluster.setParameter(String(locks?.nfslock), name, value);
  }
  await cluster.settle();
}

/**
 * Something drops these locks. Every client must have its own again on `target`, told by the name that it knows; after
 * grace another one is refused, and gets those that are `lost`, which no nfslock protects: they are the control.
 */
export async function expectAllBack(
  t: Test,
  { cluster, c1, c2 }: NfsService,
  { kept, lost = [] }: { readonly kept: readonly Holding[]; readonly lost?: readonly Holding[] },
  target: Host,
  action: () => Promise<unknown>,
): Promise<void> {
  const began = Date.now();
  await action();
  await cluster.waitForResource('address', target, 60);
  const nfslocks = [...new Set(kept.flatMap(({ at }) => at.locks?.nfslock ?? []))];
  const explain = async () =>
    JSON.stringify({
      keepers: await Promise.all(nfslocks.map((nfslock) => keeperEvents(target, nfslock))),
      clients: await Promise.all([c1, c2].map((client) => client.status())),
    });
  for (const { client, at, file } of kept) {
    const what = `${client.host.name} has reclaimed ${file} of ${at.server}`;
    const held = await waitUntil(what, { timeout: 45, explain }, async () =>
      (await client.status()).locks.find((lock) => lock.file === file && (lock.reclaimedAt ?? 0) >= began),
    );
    t.equal(held.inLockd, 'granted', what);
    t.comment(`${what} ${((held.reclaimedAt ?? 0) - began) / 1000} s after the action began`);
  }
  const rivalOf = ({ client, at, file }: Holding) =>
    (client === c1 ? c2 : c1).lock({ ...AFTER_GRACE, server: at.server, file }, 120);
  for (const holding of kept) {
    t.equal((await rivalOf(holding)).status, 'NLM4_DENIED', `nobody else gets ${holding.file} after grace`);
  }
  for (const client of [c1, c2]) t.equal((await client.status()).lost, 0, `${client.host.name} lost nothing`);
  for (const holding of lost) {
    t.equal((await rivalOf(holding)).status, 'NLM4_GRANTED', `control: somebody else gets ${holding.file}`);
    const believed = (await holding.client.status()).locks.find(({ file }) => file === holding.file);
    t.ok(believed?.believes, 'whose owner believes that it has it');
  }
}
