import { seededConfiguration } from './cluster-information-base.ts';
import { type ClusterStatus, parseStatus } from './cluster-status.ts';
import type { RunOptions } from './command.ts';
import { corosyncConfig } from './corosync-config.ts';
import type { Host } from './host.ts';
import { waitUntil } from './wait-until.ts';

export interface ClusterOptions {
  /** What fencing does to a node; `off` unless told, so that the test decides when it comes back. */
  readonly fencing?: 'off' | 'reboot';
  /** Corosync's token time-out in milliseconds; 1000 unless told. */
  readonly token?: number;
  /** Cluster properties besides the lab's own. */
  readonly properties?: Readonly<Record<string, string>>;
}

/** A running Pacemaker cluster. Commands go to the first node that is on, unless a node is named. */
export class Cluster {
  readonly nodes: readonly Host[];

  private constructor(nodes: readonly Host[]) {
    this.nodes = nodes;
  }

  /** Configures and starts the cluster; returns when all nodes are online, one decides, and fencing is started. */
  static async form(nodes: readonly Host[], options: ClusterOptions): Promise<Cluster> {
    const cluster = new Cluster(nodes);
    const seed = {
      members: nodes.map(({ name }) => name),
      fencing: options.fencing ?? 'off',
      properties: options.properties ?? {},
    };
    const empty = await cluster.#speaker().output(['cibadmin', '--empty']);
    const cib = seededConfiguration(empty, seed);
    const corosync = corosyncConfig(nodes, options.token ?? 1000);
    const owned = '/var/lib/pacemaker/cib/cib.xml';
    await Promise.all(
      nodes.map(async (node) => {
        await node.writeFile('/etc/corosync/corosync.conf', corosync);
        await node.writeFile(owned, cib, 0o600);
        await node.output(['chown', 'hacluster:haclient', owned]);
        await node.service('start', 'cluster');
      }),
    );
    await cluster.waitForNodes(nodes);
    await cluster.waitForResource('fencing');
    return cluster;
  }

  /** Runs crmsh; gives what it printed, throws when it failed. `input` is given to `crm -f -`-like commands. */
  crm(argv: readonly string[], options?: RunOptions): Promise<string> {
    return this.#speaker().output(['crm', ...argv], options);
  }

  /** Changes or cleans up a resource by Pacemaker's own tool, which starts much quicker than crmsh. */
  async resource(id: string, argv: readonly string[]): Promise<void> {
    await this.#speaker().output(['crm_resource', '--resource', id, ...argv]);
  }

  /** Changes a parameter of a resource while it runs. */
  setParameter(id: string, name: string, value: string): Promise<void> {
    return this.resource(id, ['--set-parameter', name, '--parameter-value', value]);
  }

  /** Runs pcs; gives what it printed, throws when it failed. */
  pcs(argv: readonly string[], options?: RunOptions): Promise<string> {
    return this.#speaker().output(['pcs', ...argv], options);
  }

  /** What a node's Pacemaker thinks; undefined while it does not run there or does not answer. */
  async status(from: Host = this.#speaker()): Promise<ClusterStatus | undefined> {
    const { code, stdout } = await from.run(['crm_mon', '-1', '--output-as=xml'], { timeout: 10 });
    return code === 0 ? parseStatus(stdout) : undefined;
  }

  /** Waits until the cluster's state satisfies `test`; when `seconds` are over, throws with what crm_mon shows. */
  waitFor(what: string, test: (status: ClusterStatus) => boolean, seconds = 90): Promise<ClusterStatus> {
    const patience = { timeout: seconds, interval: 0.1, explain: () => this.picture() };
    return waitUntil(what, patience, async () => {
      const status = await this.status();
      return status !== undefined && test(status) && status;
    });
  }

  /** Waits until these nodes are members and able to run resources. */
  async waitForNodes(nodes: readonly Host[], seconds = 90): Promise<void> {
    const ready = ({ dc, nodes: known }: ClusterStatus) =>
      dc !== null && nodes.every(({ name }) => known[name]?.online === true && !known[name].pending);
    await this.waitFor(`online: ${nodes.map(({ name }) => name).join(', ')}`, ready, seconds);
  }

  /** Waits until a resource is started, on that node if one is named; gives the name of its node. */
  async waitForResource(id: string, node?: Host, seconds = 90): Promise<string> {
    const where = node === undefined ? '' : ` on ${node.name}`;
    const { resources } = await this.waitFor(
      `${id} started${where}`,
      (status) => {
        const resource = status.resources[id];
        if (resource?.role !== 'Started' || resource.failed) return false;
        return node === undefined || (resource.nodes.length === 1 && resource.nodes[0] === node.name);
      },
      seconds,
    );
    return resources[id]?.nodes[0] ?? '';
  }

  /** Waits until the cluster has nothing left to do. */
  async settle(seconds = 90): Promise<void> {
    await this.#speaker().output(['crm_resource', '--wait', '--timeout', String(seconds)], {
      timeout: seconds + 5,
    });
  }

  /** What an operator would look at: crm_mon with failures and inactive resources. */
  async picture(): Promise<string> {
    const { stdout, stderr } = await this.#speaker().run(['crm_mon', '-1rfA'], { timeout: 10 });
    return stdout + stderr;
  }

  #speaker(): Host {
    const speaker = this.nodes.find(({ isOn }) => isOn);
    if (speaker === undefined) throw new Error('all nodes of the cluster are off');
    return speaker;
  }
}
