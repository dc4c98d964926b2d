import type { Test } from 'tap';
import { readStore } from '../../lib/store/index.ts';
import {
  type Host,
  type HostLockClient,
  LOCK_STORE,
  type NfsService,
  SERVER,
  waitUntil,
} from '../../scripts/lab/index.ts';
import { keeperEvents, serviceFor } from './nfslock-scene.ts';

/** The second service: its address, the name by which clients mount it, its nfslock. */
export const NEIGHBOUR = { address: '10.77.0.101', name: 'nfs-b', nfslock: 'locks-b' } as const;
const NEIGHBOUR_STORE = `${LOCK_STORE}-b`;
const RESTART_COMMAND = '/usr/local/sbin/nfs-ganesha';

/** A lock of a client, by the name that it mounts. */
export interface Holding {
  readonly client: HostLockClient;
  readonly server: string;
  readonly file: string;
}

/**
 * A service on n1 that goes to n2, and a neighbour of it on n2 that goes to n1, both with a trigger that restarts
 * NFS-Ganesha, which always runs on both nodes.
 */
export async function twoServices(
  t: Test,
  triggers: { readonly service: string; readonly neighbour: string },
): Promise<NfsService> {
  const restart = { restart_command: RESTART_COMMAND };
  const parameters = { ...restart, trigger: triggers.service };
  const service = await serviceFor(t, { ganesha: 'warm', grace: 12, parameters });
  const { lab, cluster, n1, n2 } = service;
  const script = '#!/bin/sh\nexec /lab/scripts/lab/guest/service.sh "$1" ganesha\n';
  for (const node of [n1, n2]) await node.writeFile(RESTART_COMMAND, script, 0o755);
  await lab.addName(NEIGHBOUR.address, NEIGHBOUR.name);
  await cluster.crm(['configure', 'load', 'update', '-'], {
    input: `primitive ${NEIGHBOUR.nfslock} ocf:lockferry:nfslock params shared_dir="${NEIGHBOUR_STORE}" \\
  ip="${NEIGHBOUR.address}" names="${NEIGHBOUR.name}" trigger="${triggers.neighbour}" \\
  restart_command="${RESTART_COMMAND}" \\
  op start timeout=60s op stop timeout=20s op monitor interval=10s timeout=20s
primitive address-b ocf:heartbeat:IPaddr2 params ip="${NEIGHBOUR.address}" cidr_netmask="16" \\
  op start timeout=20s op stop timeout=20s op monitor interval=10s timeout=20s
group nfs-b ${NEIGHBOUR.nfslock} address-b
location nfs-b-home nfs-b 100: n2
location nfs-home nfs 100: n1
`,
  });
  await cluster.waitForResource('address-b', n2, 60);
  await cluster.waitForResource('address', n1, 60);
  return service;
}

/** Takes locks; resolves when each is in the store of the service of that server, if it has one. */
export async function takeLocks(t: Test, service: NfsService, holdings: readonly Holding[]): Promise<void> {
  for (const { client, server, file } of holdings) {
    const { status } = await client.lock({ server, file, wait: 'grace', retryMs: 200 }, 120);
    t.equal(status, 'NLM4_GRANTED', `${client.host.name} has ${file} of ${server}`);
    const store = { [SERVER]: LOCK_STORE, [NEIGHBOUR.name]: NEIGHBOUR_STORE }[server];
    if (store === undefined) continue;
    await waitUntil(`${client.host.name} is in the store of ${server}`, { timeout: 20 }, async () => {
      const { current } = await readStore(service.lab.sharedPath(store.replace('/srv/shared', '')));
      const records = [...current.values()].flatMap(({ records }) => records);
      return records.some(({ monName }) => monName === client.host.name);
    });
  }
}

/** Something drops these locks: every client must have its own again on `target`, told by the name that it knows. */
export async function expectAllBack(
  t: Test,
  { cluster, c1, c2 }: NfsService,
  holdings: readonly Holding[],
  target: Host,
  action: () => Promise<unknown>,
): Promise<void> {
  const began = Date.now();
  await action();
  await cluster.waitForResource('address', target, 60);
  const explain = async () =>
    JSON.stringify({
      a: await keeperEvents(target),
      b: await keeperEvents(target, NEIGHBOUR.nfslock),
      c1: await c1.status(),
      c2: await c2.status(),
    });
  for (const { client, server, file } of holdings) {
    const what = `${client.host.name} has reclaimed ${file} of ${server}`;
    const held = await waitUntil(what, { timeout: 45, explain }, async () =>
      (await client.status()).locks.find((lock) => lock.file === file && (lock.reclaimedAt ?? 0) >= began),
    );
    t.equal(held.inLockd, 'granted', what);
    t.comment(`${what} ${((held.reclaimedAt ?? 0) - began) / 1000} s after the action began`);
  }
  for (const { client, server, file } of holdings) {
    const rival = client === c1 ? c2 : c1;
    const { status } = await rival.lock({ server, file, wait: 'grace', retryMs: 200 }, 120);
    t.equal(status, 'NLM4_DENIED', `nobody else gets ${file} after grace`);
  }
  for (const client of [c1, c2]) t.equal((await client.status()).lost, 0, `${client.host.name} lost nothing`);
}

/** How often NFS-Ganesha has been started on a node since it booted. */
export async function ganeshaStarts(node: Host): Promise<number> {
  const log = await node.readFile('/var/log/ganesha/ganesha.log');
  return log.match(/NFS SERVER INITIALIZED/g)?.length ?? 0;
}
