import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Test } from 'tap';
import { Cluster } from '../../scripts/kernel-lab/cluster.ts';
import { type Guest, type KernelLab, until } from '../../scripts/kernel-lab/index.ts';
import { packageLockferry } from '../../scripts/kernel-lab/install.ts';
import { heldLocks, LockProcess } from '../../scripts/kernel-lab/locks.ts';
import * as nfs from '../../scripts/kernel-lab/nfs.ts';
import type { GuideBlock } from '../support/guide.ts';
import { GuideReader, type StandIns, type Typist } from '../support/guide-reader.ts';
import type { Fate } from './fate.ts';

/** What Debian has enabled on a node on which its packages were installed just now. */
const UNITS = ['rpcbind', 'nfs-server', 'nfs-client.target'];
const NODES = { n1: '192.0.2.1', n2: '192.0.2.2', c1: '192.0.2.51', c2: '192.0.2.52' };
/** What doctor complains of where all is as the guides say: the lab's nodes have no time service. */
const COMPLAINTS = ['clocks'];

/** A kernel without DRBD: the disk is the shared LUN that the guide speaks of. */
export const SHARED_LUN: StandIns = [
  [/^primitive drbd [^\n]*\n(?:[ ]+[^\n]*\n)+/gm, ''],
  [/^(?:clone drbd-clone|order drbd-first|colocation nfs-with-drbd)[^\n]*\n/gm, ''],
  [/^pcs (?:resource create drbd|constraint) [^\n]*\n/gm, ''],
];

/** One service of a guide, as its clients see it. */
export interface Served {
  readonly host: string;
  readonly address: string;
  /** The device, as the guide calls it. */
  readonly device: string;
  /** Where its file system is mounted on the node that has it. */
  readonly directory: string;
  /** Where the guide has clients mount it. */
  readonly mount: string;
}

/** Two freshly built nodes, booted by systemd, with a cluster of their own, and two clients, with kernels of their own. */
export class KernelGuide {
  readonly nodes: readonly [Guest, Guest];
  readonly cluster: Cluster;
  readonly #clients: readonly [Guest, Guest];
  readonly #served: readonly Served[];
  readonly #reader: GuideReader;

  private constructor(
    t: Test,
    standIns: StandIns,
    served: readonly Served[],
    nodes: [Guest, Guest],
    clients: [Guest, Guest],
    cluster: Cluster,
  ) {
    [this.nodes, this.#clients, this.#served, this.cluster] = [nodes, clients, served, cluster];
    const site = {
      nodes: () => this.nodes.filter(({ running }) => running).map(typist),
      serving: async () => typist(await this.serving()),
      asClient: async ({ text }: GuideBlock) => {
        const { code, stderr } = await clients[0].run(['bash', '-e', '-c', text], { timeout: 400_000 });
        t.equal(code, 0, `on a client: ${text}${stderr}`);
        await this.#granted();
      },
    };
    this.#reader = new GuideReader(t, site, { standIns, complaints: COMPLAINTS, within: 240_000 });
  }

  static async create(
    t: Test,
    lab: KernelLab,
    served: readonly Served[],
    standIns: StandIns = [],
  ): Promise<KernelGuide> {
    const out = resolve(t.testdir({}));
    await packageLockferry(out);
    const [deb = ''] = await readdir(out);
    const disks = await Promise.all(served.map(() => lab.sharedDisk()));
    const node = (name: 'n1' | 'n2') =>
      lab.boot(name, { ip: `${NODES[name]}/24`, mem: 512, disks, units: UNITS });
    const client = (name: 'c1' | 'c2') => lab.boot(name, { ip: `${NODES[name]}/24`, mem: 128 });
    const [n1, n2, c1, c2] = await Promise.all([node('n1'), node('n2'), client('c1'), client('c2')]);
    const services = Object.fromEntries(served.map(({ host, address }) => [host, address]));
    const hosts = { ...NODES, ...services };
    await Promise.all([c1, c2].map((each) => nfs.prepareNode(each, { hosts })));
    const lines = Object.entries(hosts).map(([name, address]) => `${address} ${name}`);
    // User Mode Linux numbers its disks in their order.
    const devices = served.map(
      ({ device }, at) => `mkdir -p $(dirname ${device}) && cp -a /dev/ubd${'bcd'[at]} ${device}`,
    );
    const prepare = async (guest: Guest) => {
      await guest.sh('systemctl is-system-running --wait || :', { timeout: 300_000 });
      await guest.sh(`set -e; printf '%s\\n' '${lines.join("' '")}' >>/etc/hosts; ${devices.join('; ')}
        mkdir -p /root; cp ${join(out, deb)} /root`);
    };
    await Promise.all([n1, n2].map(prepare));
    const cluster = await Cluster.form([n1, n2], []);
    return new KernelGuide(t, standIns, served, [n1, n2], [c1, c2], cluster);
  }

  /** Types the blocks of some pages, in their order, as somebody does who has chosen these ways. */
  follow(blocks: readonly GuideBlock[], ways: readonly string[]): Promise<void> {
    return this.#reader.follow(blocks, ways);
  }

  /** The node on which a service's address is, the first one's unless told. */
  serving(served = this.#served[0]): Promise<Guest> {
    return until(
      async () => {
        for (const node of this.nodes.filter(({ running }) => running)) {
          if ((await node.sh('ip -o addr')).includes(` ${served?.address}/`)) return node;
        }
        return undefined;
      },
      { what: `a node has ${served?.address}`, timeout: 300_000, every: 500 },
    );
  }

  /** What the cluster says of actions that failed: after one, a resource may stay away from its node. */
  async failures(): Promise<string[]> {
    const xml = await this.nodes[0].sh('crm_mon --as-xml');
    return [...xml.matchAll(/<failure [^>]*>/g)].map(([failure]) => failure);
  }

  /** The client's flock has its locks: the server's kernel lists them. */
  async #granted(): Promise<void> {
    for (const served of this.#served) await this.#held(served, 240_000);
  }

  async #held(served: Served, timeout: number): Promise<void> {
    await until(async () => (await heldLocks(await this.serving(served), served.directory)).length > 0, {
      what: `a lock of ${served.host} on its server`,
      timeout,
      every: 300,
    });
  }

  /**
   * What became of the lock of each service, by its host, since an event: on its server again, refused to another client
   * when grace is over, and held, as the client's kernel believes.
   */
  async fates(event: number): Promise<Record<string, Fate>> {
    const [owner, rival] = this.#clients;
    const one = async (served: Served): Promise<[string, Fate]> => {
      const reclaimed = await this.#held(served, 240_000).then(
        () => Date.now() - event,
        () => null,
      );
      await rival.sh(
        `mountpoint -q ${served.mount} || { mkdir -p ${served.mount} && mount -t nfs -o vers=3 ${served.host}:${served.directory}/data ${served.mount}; }`,
        { timeout: 300_000 },
      );
      const process = LockProcess.start(rival);
      // 0 to the end of the file, as flock has it
      const after = await process.lock({ file: `${served.mount}/trial`, length: 0 });
      await process.end();
      const believes = (await heldLocks(owner, served.mount, 'FLOCK')).length > 0;
      const still = (await heldLocks(await this.serving(served), served.directory)).length > 0;
      return [
        served.host,
        {
          reclaimed: still ? reclaimed : null,
          gaps: 0,
          taken: after.ok,
          refused: after.ok ? 0 : 1,
          after,
          believes,
        },
      ];
    };
    return Object.fromEntries(await Promise.all(this.#served.map(one)));
  }
}

/** The service of the guide for active/passive. */
export const ONE: Served = {
  ...{ host: 'nfs.example.com', address: '192.0.2.10' },
  ...{ device: '/dev/drbd0', directory: '/srv/nfs', mount: '/mnt' },
};
/** Those of the guide for active/active. */
export const TWO: readonly Served[] = ['a', 'b'].map((name, at) => ({
  ...{ host: `${name}.example.com`, address: `192.0.2.1${at}` },
  ...{ device: `/dev/vg/${name}`, directory: `/srv/${name}`, mount: `/mnt/${name}` },
}));

const typist = (guest: Guest): Typist => ({
  name: guest.name,
  run: async (argv, stdin) => {
    const { code, stdout, stderr } = await guest.run(argv, { stdin, timeout: 400_000 });
    return { code: code ?? -1, stdout: `${stdout}${stderr === '' ? '' : `\n--- ${stderr}`}` };
  },
});
