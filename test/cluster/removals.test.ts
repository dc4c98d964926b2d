import t, { type Test } from 'tap';
import { readStore } from '../../lib/store/index.ts';
import { bundleLockClient } from '../../scripts/lab/client/bundle.ts';
import { type Host, HostLockClient, Lab, pause, waitUntil } from '../../scripts/lab/index.ts';
import { installLockferry } from '../../scripts/lab/install.ts';
import { BUNDLE_FILE } from '../../scripts/lab/lock-client.ts';
import { keeperEvents } from './nfslock-scene.ts';

const AGENT = '/usr/lib/ocf/resource.d/lockferry/nfslock';
/** The service's address is its only node's own: nothing fails over here. */
const ADDRESS = '10.77.0.1';
const SERVICE = {
  OCF_ROOT: '/usr/lib/ocf',
  OCF_RESOURCE_INSTANCE: 'locks',
  OCF_RESKEY_shared_dir: '/srv/shared/lockferry',
  OCF_RESKEY_ip: ADDRESS,
  OCF_RESKEY_lock_manager: 'ganesha',
};
const CLIENTS = 4;

t.jobs = 3;

/** A node with NFS-Ganesha and a keeper, and clients of which each has a lock and a record in the lock store. */
async function scene(t: Test) {
  const lab = await Lab.create();
  t.teardown(() => lab.destroy());
  await bundleLockClient(`${lab.repository}/${BUNDLE_FILE}`);
  const prepare = (root: string) => installLockferry(lab.repository, root);
  const n1 = await lab.addNode('n1', ADDRESS, { grace: 3, lease: 2, ganesha: 'warm', prepare });
  await n1.output([AGENT, 'start'], { env: SERVICE });
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, async (_, index) =>
      HostLockClient.start(await lab.addHost(`c${index + 1}`, `10.77.0.${11 + index}`)),
    ),
  );
  const names = clients.map(({ host }) => host.name);
  const stored = async () => [...(await readStore(lab.sharedPath('/lockferry'))).current.keys()].sort();
  for (const client of clients) {
    const { status } = await client.lock({
      server: 'n1',
      file: client.host.name,
      wait: 'grace',
      retryMs: 200,
    });
    t.equal(status, 'NLM4_GRANTED', `${client.host.name} has a lock`);
  }
  await waitUntil(
    'all are in the lock store',
    { timeout: 10 },
    async () => (await stored()).length === CLIENTS,
  );
  return { n1, clients, names, stored };
}

function monitored(n1: Host): Promise<string> {
  return n1.output(['ls', '/var/lib/nfs/sm']);
}

/** Says to statd what lockd says when it gives a client up: SM_UNMON. */
async function unmonitor(n1: Host, name: string): Promise<void> {
  const program = '/lab/.tap-build/test/lib/capture/sm-mon.js';
  await n1.output([process.execPath, program], { input: `unmon ${name} n1\n` });
}

t.test(
  'a client that gives up its locks is removed; a directory that is wiped removes nobody',
  { buffered: true },
  async (t) => {
    const { n1, clients, names, stored } = await scene(t);
    const began = Date.now();
    await clients.at(-1)?.unlock({ server: 'n1', file: 'c4' });
    await waitUntil(
      'statd has dropped c4',
      { timeout: 10 },
      async () => !(await monitored(n1)).includes('c4'),
    );
    await waitUntil(
      'c4 is removed from the lock store',
      { timeout: 30 },
      async () => !(await stored()).includes('c4'),
    );
    const took = (Date.now() - began) / 1000;
    t.strictSame(await stored(), names.slice(0, -1), `it alone, after ${took} s`);

    await n1.output(['sh', '-c', 'rm -f /var/lib/nfs/sm/*']);
    await pause(took + 3);
    t.strictSame(
      await stored(),
      names.slice(0, -1),
      'the others stay for as long as a removal takes, and longer',
    );
  },
);

t.test(
  'a lock manager that unmonitors everybody while it stops removes nobody',
  { buffered: true },
  async (t) => {
    const { n1, clients, names, stored } = await scene(t);
    // As slowly as a statd with thousands of clients: the last one goes long after the first one's removal could count.
    for (const name of names) {
      await unmonitor(n1, name);
      await pause(6);
    }
    t.equal(await monitored(n1), '', 'statd has dropped all of them');
    const stopped = Date.now();
    await n1.output(['pkill', '-KILL', '-x', 'ganesha.nfsd']);
    t.strictSame(await stored(), names, 'all of them are in the lock store');
    await n1.service('start', 'ganesha');
    const explain = async () => JSON.stringify(await keeperEvents(n1));
    await waitUntil('all have their locks again', { timeout: 30, explain }, async () => {
      const states = await Promise.all(clients.map((client) => client.status()));
      return states.every(({ locks }) => locks.every(({ reclaimedAt }) => (reclaimedAt ?? 0) > stopped));
    });
    for (const client of clients)
      t.equal((await client.status()).lost, 0, `${client.host.name} has lost nothing`);
  },
);

t.test(
  'where clients come and go all the time one that leaves is removed, too',
  { buffered: true },
  async (t) => {
    const { clients, stored } = await scene(t);
    const [restless, leaving] = clients;
    let over = false;
    const churn = (async () => {
      for (let turn = 0; !over; turn++) {
        await (turn % 2 === 0
          ? restless?.unlock({ server: 'n1', file: 'c1' })
          : restless?.lock({ server: 'n1', file: 'c1' }));
        await pause(3);
      }
    })();
    const began = Date.now();
    await leaving?.unlock({ server: 'n1', file: 'c2' });
    await waitUntil('c2 is removed', { timeout: 60 }, async () => !(await stored()).includes('c2'));
    t.ok((await stored()).includes('c1'), `the restless one stays, after ${(Date.now() - began) / 1000} s`);
    t.ok((await stored()).includes('c3'), 'so do those who hold their locks');
    over = true;
    await churn;
  },
);
