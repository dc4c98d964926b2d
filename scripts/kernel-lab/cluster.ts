import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cibXml, type Group } from './cib.ts';
import type { Guest } from './guest.ts';
import { LAB_SOURCES } from './project.ts';
import { until } from './until.ts';

const script = (name: string) => readFileSync(join(LAB_SOURCES, 'guest', name), 'utf8');

/** Milliseconds between two looks at the cluster: each takes a node a good part of a second. */
const LOOK_EVERY = 2000;

const corosyncConf = (nodes: readonly Guest[]) => `totem {
  version: 2
  cluster_name: kernel
  transport: knet
  token: 3000
  crypto_cipher: none
  crypto_hash: none
}
system {
  move_to_root_cgroup: no
  sched_rr: no
}
quorum {
  provider: corosync_votequorum
  two_node: 1
  wait_for_all: 0
}
logging {
  to_logfile: yes
  logfile: /var/log/corosync.log
  to_syslog: no
}
nodelist {
${nodes.map(({ name, ip }, at) => `  node {\n    name: ${name}\n    nodeid: ${at + 1}\n    ring0_addr: ${ip}\n  }`).join('\n')}
}
`;

/** Gives a node the lab's own resource agents. */
export async function putAgents(node: Guest): Promise<void> {
  for (const name of ['nfsd', 'statd', 'sm-notify']) {
    await node.put(`/usr/lib/ocf/resource.d/lab/${name}`, script(`${name}-agent`), '755');
  }
  await node.put('/usr/local/sbin/nfs-init', script('nfs-init'), '755');
  await node.sh('mkdir -p /run/resource-agents');
}

/** Corosync and Pacemaker on some nodes, with real fencing. */
export class Cluster {
  readonly #nodes: readonly Guest[];

  private constructor(nodes: readonly Guest[]) {
    this.#nodes = nodes;
  }

  /**
   * Configures the nodes, starts the cluster on all of them and waits until all are online.
   * @param fenceDelay seconds that pass before a node is fenced.
   */
  static async form(nodes: readonly Guest[], groups: readonly Group[], fenceDelay = 0): Promise<Cluster> {
    const [first] = nodes;
    if (!first) throw new Error('a cluster needs nodes');
    const header =
      (await first.sh('cibadmin --empty')).split('\n').find((line) => line.startsWith('<cib')) ?? '';
    const cib = cibXml(
      header,
      nodes.map(({ name }) => name),
      groups,
      fenceDelay,
    );
    const cluster = new Cluster(nodes);
    await Promise.all(nodes.map((node) => cluster.#configure(node, cib)));
    await Promise.all(nodes.map((node) => cluster.join(node)));
    return cluster;
  }

  async #configure(node: Guest, cib: string): Promise<void> {
    await node.put('/etc/corosync/corosync.conf', corosyncConf(this.#nodes));
    await node.put('/usr/sbin/fence_lab', script('fence_lab'), '755');
    await node.put('/var/lib/pacemaker/cib/cib.xml', cib, '600');
    await node.put('/etc/default/pacemaker', 'PCMK_logfile=/var/log/pacemaker.log\nPCMK_logfacility=none\n');
    await node.sh(
      'chown hacluster:haclient /var/lib/pacemaker/cib/cib.xml; rm -f /var/lib/pacemaker/cib/cib.xml.sig',
    );
  }

  /** Starts the cluster on a node that is up, and waits until it is online. */
  async join(node: Guest): Promise<void> {
    await node.sh(
      'mkdir -p /run/crm /run/resource-agents && chown hacluster:haclient /run/crm && chmod 750 /run/crm',
    );
    if ((await node.run(['test', '-d', '/run/systemd/system'])).code === 0)
      await node.sh('systemctl enable --now corosync pacemaker', { timeout: 180_000 });
    else node.start(['corosync', '-f']);
    await until(async () => (await node.run(['corosync-cfgtool', '-s'])).code === 0, {
      what: `corosync on ${node.name}`,
      timeout: 90_000,
      every: 300,
    });
    if ((await node.run(['pidof', 'pacemakerd'])).code !== 0)
      node.start(['pacemakerd'], { PCMK_logfile: '/var/log/pacemaker.log', PCMK_logfacility: 'none' });
    await until(async () => (await this.onlineNodes(node)).includes(node.name), {
      what: `${node.name} online`,
      timeout: 240_000,
      every: LOOK_EVERY,
    });
  }

  /** The nodes that `on` takes for online; empty while it has no designated controller. */
  async onlineNodes(on: Guest): Promise<string[]> {
    const { code, stdout } = await on.run(['crm_mon', '--as-xml']);
    if (code !== 0 || !/<current_dc present="true"/.test(stdout)) return [];
    return [...stdout.matchAll(/<node name="(\S+)" [^>]*online="true"[^>]*pending="false"/g)].map(
      ([, name = '']) => name,
    );
  }

  /** Waits until a resource is started on a node, as that node sees it. */
  async started(resource: string, node: Guest, timeout = 300_000): Promise<void> {
    const state = async () => (await node.run(['crm_mon', '--as-xml'])).stdout;
    await until(
      async () => {
        const found = new RegExp(
          `<resource id="${resource}"[^>]*role="Started"[^>]*>\\s*<node name="${node.name}"`,
        );
        return found.test(await state());
      },
      { what: `${resource} started on ${node.name}`, timeout, every: LOOK_EVERY },
    ).catch(async (cause) => {
      const behind = `The clock of ${node.name} is ${(await node.clockLag()).toFixed(1)} s behind the host's.`;
      const log = await node.sh(
        'crm_mon -1rf; tail -40 /var/log/pacemaker.log; tail -20 /var/log/corosync.log',
      );
      throw new Error(`${behind}\n${log}`, { cause });
    });
  }

  /** Stops the cluster on a node as a shutdown does: its resources move away first. */
  async leave(node: Guest): Promise<void> {
    await node.sh('pkill -TERM -x pacemakerd');
    await until(async () => (await node.run(['pidof', 'pacemakerd'])).code !== 0, {
      what: `Pacemaker's end on ${node.name}`,
      timeout: 300_000,
      every: 500,
    });
    await node.sh('pkill -TERM -x corosync');
  }

  /** Puts a node into standby, or back. */
  async standby(node: Guest, on = true): Promise<void> {
    await node.sh(`crm_attribute -N ${node.name} -n standby -v ${on ? 'on' : 'off'} -l forever`);
  }

  /** Takes back that a group was moved away from a node, or that the node is in standby. */
  async forgive(node: Guest, group: string): Promise<void> {
    await this.standby(node, false);
    await node.sh(`crm_resource --clear --resource ${group}`);
  }
}
