import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { readStore } from '../../lib/store/index.ts';
import { type Host, type NfsService, SERVER, waitUntil } from '../../scripts/lab/index.ts';
import { keeperSays, moveTo, serviceFor } from './nfslock-scene.ts';

/** The other service: its address, the name by which its client mounts it, and its lock store. */
const OTHER = { address: '10.77.0.101', name: 'other-vip', store: '/lockferry-other' } as const;
const OTHER_SERVICE = `
primitive other-locks ocf:lockferry:nfslock \\
  params shared_dir=/srv/shared${OTHER.store} ip=${OTHER.address} names=${OTHER.name} trigger=notify \\
  op start timeout=60s op stop timeout=20s op monitor interval=10s timeout=20s
primitive other-address ocf:heartbeat:IPaddr2 params ip=${OTHER.address} cidr_netmask=32 arp_count=1 \\
  op start timeout=20s op stop timeout=20s op monitor interval=10s timeout=20s
group other other-locks other-address
location other-on-n2 other 200: n2
`;

const AFTER_GRACE = { wait: 'grace', retryMs: 200 } as const;

/** Every file of a directory: its bytes, and what tells that it was never written anew. */
async function fingerprint(dir: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of (await readdir(dir)).sort()) {
    const path = join(dir, name);
    const { ino, mtimeMs } = await stat(path);
    const hash = createHash('sha256').update(await readFile(path));
    found[name] = `${hash.digest('hex')} inode ${ino} of ${mtimeMs}`;
  }
  return found;
}

/** What must stay as it is on a node and in the other service's lock store. */
async function untouchable({ lab }: NfsService, node: Host) {
  const state = await readStore(lab.sharedPath(OTHER.store));
  return {
    sm: await fingerprint(`/proc/${node.pid}/root/var/lib/nfs/sm`),
    store: await fingerprint(lab.sharedPath(OTHER.store)),
    records: JSON.stringify(state.current.get('c2')),
    number: state.stateNumber,
  };
}

async function keepsItsLock(t: Test, { c1, c2 }: NfsService): Promise<void> {
  const { locks, lost } = await c2.status();
  t.match({ lost, locks }, { lost: 0, locks: [{ file: 'other', inLockd: 'granted', reclaims: 0 }] });
  const told = (await c2.events()).filter(({ event }) => event === 'sm-notify');
  t.strictSame(told, [], "the other service's client was told nothing");
  const { status } = await c1.lock({ ...AFTER_GRACE, server: OTHER.name, file: 'other' }, 60);
  t.equal(status, 'NLM4_DENIED', 'and its lock is there');
}

t.test('a service that fails over, and back, leaves the other one on the node alone', async (t) => {
  const service = await serviceFor(t, { ganesha: 'warm', parameters: { trigger: 'notify' } });
  const { lab, cluster, n1, n2, c1, c2 } = service;
  await lab.addName(OTHER.address, OTHER.name);
  await mkdir(lab.sharedPath(OTHER.store), { recursive: true });
  await cluster.crm(['configure', 'load', 'update', '-'], { input: OTHER_SERVICE });
  await cluster.waitForResource('other-address', n2, 60);
  t.equal((await c1.lock({ ...AFTER_GRACE, server: SERVER, file: 'f' }, 60)).status, 'NLM4_GRANTED');
  t.equal((await c2.lock({ ...AFTER_GRACE, server: OTHER.name, file: 'other' }, 60)).status, 'NLM4_GRANTED');
  await waitUntil("each client is in its service's lock store", { timeout: 20 }, async () => {
    const [one, other] = [await readStore(lab.sharedPath('/lockferry')), await untouchable(service, n2)];
    return one.current.has('c1') && other.records !== undefined;
  });

  const before = await untouchable(service, n2);
  t.strictSame(Object.keys(before.sm), ['c2']);
  // While c1 cannot answer, statd writes nothing: whatever changes in sm/ would be ours.
  await c1.host.cutOff();
  const began = Date.now();
  await n1.powerOff();
  await cluster.waitForResource('address', n2, 60);
  await keeperSays(n2, 'telling', began);
  t.strictSame(await untouchable(service, n2), before, 'records and sm/ are byte for byte what they were');
  await c1.host.reconnect();
  await waitUntil('c1 has its lock again', { timeout: 40 }, async () =>
    (await c1.status()).locks.some(({ reclaimedAt }) => (reclaimedAt ?? 0) > began),
  );
  const joined = await untouchable(service, n2);
  t.strictSame(Object.keys(joined.sm), ['c1', 'c2'], 'statd has written one file, for the client that came');
  t.equal(joined.sm.c2, before.sm.c2);
  t.equal(joined.records, before.records);
  t.equal(joined.number, before.number, 'no number was reserved in the other lock store');
  await keepsItsLock(t, service);

  await n1.powerOn();
  await cluster.waitForNodes([n1, n2]);
  await cluster.settle();
  const back = Date.now();
  await moveTo(service, n1);
  await waitUntil('c1 has its lock again on n1', { timeout: 40 }, async () =>
    (await c1.status()).locks.some(({ reclaimedAt }) => (reclaimedAt ?? 0) > back),
  );
  const left = await untouchable(service, n2);
  t.equal(left.sm.c2, before.sm.c2, 'the file of the other client is what it was');
  t.equal(left.records, before.records);
  t.equal(left.number, before.number);
  await keepsItsLock(t, service);
});
