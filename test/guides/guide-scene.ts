import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Test } from 'tap';
import { bundleLockClient } from '../../scripts/lab/client/bundle.ts';
import {
  type Cluster,
  type Host,
  HostLockClient,
  Lab,
  type Program,
  waitUntil,
} from '../../scripts/lab/index.ts';
import { BUNDLE_FILE } from '../../scripts/lab/lock-client.ts';
import type { GuideBlock } from '../support/guide.ts';
import { GuideReader, type StandIns, type Typist } from '../support/guide-reader.ts';

/** The name by which the guides' clients mount the service. */
const SERVER = 'nfs.example.com';
/** What Debian has enabled on a node on which its packages were installed just now. */
const UNITS = ['rpcbind', 'nfs-ganesha', 'nfs-ganesha-lock'];
const LOOPS = ['mknod /dev/loop-control c 10 237', 'for i in $(seq 0 31); do mknod /dev/loop$i b 7 $i; done'];

/** How a lab differs from what a guide takes for granted. */
interface Ways {
  readonly standIns: StandIns;
  /** What doctor complains of, and nothing else; only of the clocks unless told. */
  readonly complaints?: readonly string[];
}

/** A test does not wait for as long a grace period. */
export const SHORT_GRACE: StandIns = [
  [/Grace_Period = 90/g, 'Grace_Period = 10'],
  [/Lease_Lifetime = 60/g, 'Lease_Lifetime = 2'],
];
/** How the lab's programs lock a file on the service; a witness that waits for grace asks often. */
const LOCK = {
  server: SERVER,
  directory: '/srv/nfs/data',
  file: 'trial',
  wait: 'grace',
  retryMs: 200,
} as const;

/** What doctor complains of where all is as the guides say: the lab's hosts have no time service. */
const COMPLAINTS: readonly string[] = ['clocks'];

/** A bare cluster of two nodes, freshly built and booted by systemd, with the guides' addresses, and two clients. */
export class GuideLab {
  readonly lab: Lab;
  readonly nodes: readonly Host[];
  readonly c1: HostLockClient;
  readonly c2: HostLockClient;
  readonly #t: Test;
  readonly #reader: GuideReader;
  #cluster: Cluster | null = null;

  private constructor(t: Test, ways: Ways, lab: Lab, nodes: Host[], clients: HostLockClient[]) {
    [this.#t, this.lab, this.nodes] = [t, lab, nodes];
    [this.c1, this.c2] = clients as [HostLockClient, HostLockClient];
    const site = {
      nodes: () => this.nodes.filter(({ isOn }) => isOn).map(typist),
      serving: async () => typist(await this.serving()),
      // In the place of mount and flock.
      asClient: () => this.takeLock(),
    };
    const { standIns, complaints = COMPLAINTS } = ways;
    this.#reader = new GuideReader(t, site, { standIns, complaints, within: 60_000 });
  }

  static async create(t: Test, ways: Ways): Promise<GuideLab> {
    const lab = await Lab.create();
    t.teardown(() => lab.destroy());
    const out = t.testdir({});
    await promisify(execFile)('scripts/package', ['--out', out, 'deb']);
    const [deb = ''] = await readdir(out);
    const prepare = async (root: string) => {
      await mkdir(`${root}/root`, { recursive: true });
      await copyFile(join(out, deb), `${root}/root/${deb}`);
    };
    const node = (name: string, address: string) =>
      lab.addNode(name, address, { prefix: 24, units: UNITS, prepare });
    const [n1, n2, h1, h2] = await Promise.all([
      node('n1', '192.0.2.1'),
      node('n2', '192.0.2.2'),
      lab.addHost('c1', '192.0.2.51', { prefix: 24 }),
      lab.addHost('c2', '192.0.2.52', { prefix: 24 }),
      bundleLockClient(`${lab.repository}/${BUNDLE_FILE}`),
    ]);
    await lab.addName('192.0.2.10', SERVER);
    const clients = await Promise.all([HostLockClient.start(h1), HostLockClient.start(h2)]);
    const made = new GuideLab(t, ways, lab, [n1, n2], clients);
    await made.#attachDisk(h2);
    return made;
  }

  /** What the guides take for granted: Pacemaker, with fencing. */
  async formCluster(): Promise<Cluster> {
    this.#cluster = await this.lab.formCluster(this.nodes);
    return this.#cluster;
  }

  get cluster(): Cluster {
    if (this.#cluster === null) throw new Error('there is no cluster yet');
    return this.#cluster;
  }

  /** Types the blocks of some pages, in their order, as somebody does who has chosen these ways. */
  follow(blocks: readonly GuideBlock[], ways: readonly string[]): Promise<void> {
    return this.#reader.follow(blocks, ways);
  }

  type(block: GuideBlock): Promise<void> {
    return this.#reader.type(block);
  }

  /** A client's program takes the lock of a file. */
  async takeLock(): Promise<void> {
    this.#t.equal((await this.c1.lock(LOCK, 90)).status, 'NLM4_GRANTED', 'a client has a lock');
  }

  /** The service has moved once more: the client has its lock again, and nobody else gets it when grace is over. */
  async expectSurvival(reclaims: number): Promise<void> {
    await waitUntil('the client has reclaimed its lock', { timeout: 60 }, async () => {
      return (await this.c1.status()).locks[0]?.reclaims === reclaims;
    });
    this.#t.equal(
      (await this.c2.lock(LOCK, 90)).status,
      'NLM4_DENIED',
      'another client is refused after grace',
    );
    this.#t.match(await this.c1.status(), { lost: 0, locks: [{ inLockd: 'granted', reclaims }] });
  }

  /** The node on which the service's address is. */
  async serving(): Promise<Host> {
    return waitUntil('a node serves', { timeout: 60 }, async () => {
      for (const node of this.nodes.filter(({ isOn }) => isOn)) {
        if (/ 192\.0\.2\.10\//.test(await node.output(['ip', '-o', 'addr']))) return node;
      }
      return undefined;
    });
  }

  /** Every node has the disk as /dev/drbd0; it is a file of the lab's storage, and ends with the lab. */
  async #attachDisk(keeper: Host): Promise<void> {
    const file = this.lab.sharedPath('/disk');
    await writeFile(file, '');
    await truncate(file, 64 * 1024 * 1024);
    await keeper.output(['sh', '-c', LOOPS.join(' && ')]);
    // Detached while it is open: it goes with the last process that has it open.
    const hold =
      'd=$(losetup -f --show /srv/shared/disk) && exec 9<>$d && losetup -d $d && echo $d && exec sleep infinity';
    const holder: Program = await keeper.start(['sh', '-c', hold], { log: 'disk.log' });
    const device = await waitUntil(
      'the disk is attached',
      { timeout: 10, explain: holder.printed },
      async () => /^\/dev\/loop(\d+)$/m.exec(await holder.printed())?.[1],
    );
    for (const node of this.nodes) await node.output(['mknod', '/dev/drbd0', 'b', '7', device]);
  }
}

const typist = (host: Host): Typist => ({
  name: host.name,
  run: (argv, input) => host.run(argv, { input }),
});
