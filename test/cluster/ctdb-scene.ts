import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { readStore, type StoreState } from '../../lib/store/index.ts';
import { type Host, Lab, type Outcome, waitUntil } from '../../scripts/lab/index.ts';
import { installLockferry } from '../../scripts/lab/install.ts';
import { repository } from '../../scripts/lab/repository.ts';

const AGENT = '/usr/lib/ocf/resource.d/lockferry/nfslock';
/** A lock manager's side of the status monitor protocol, as a host sees the compiled file. */
const SM_MON = fileURLToPath(new URL('../lib/capture/sm-mon.js', import.meta.url)).replace(
  repository(),
  '/lab',
);
const COOKIE = '0123456789abcdef'.repeat(2);

/** One service as a cluster manager would run it: by the installed agent, with captures by the monitor alone. */
export class ServiceByHand {
  readonly #lab: Lab;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #name: string;
  readonly addresses: readonly string[];

  constructor(lab: Lab, name: string, ...addresses: string[]) {
    this.#lab = lab;
    this.#name = name;
    this.addresses = addresses;
    this.#environment = {
      OCF_RESOURCE_INSTANCE: name,
      OCF_RESKEY_shared_dir: `/srv/shared/stores/${name}`,
      OCF_RESKEY_ip: addresses.join(','),
      OCF_RESKEY_capture: 'monitor',
      OCF_RESKEY_lock_manager: 'ganesha',
    };
  }

  act(node: Host, action: string): Promise<Outcome> {
    return node.run([AGENT, action], { env: this.#environment, timeout: 70 });
  }

  /** An action that must succeed, and be silent. */
  async done(t: Test, node: Host, action: string): Promise<void> {
    t.strictSame(
      await this.act(node, action),
      { code: 0, stdout: '', stderr: '' },
      `${this.#name}: ${action} on ${node.name}`,
    );
  }

  /** The same for `start`, and then its addresses come to the node. */
  async start(t: Test, node: Host): Promise<void> {
    await this.done(t, node, 'start');
    for (const address of this.addresses) {
      await node.output(['ip', 'addr', 'add', `${address}/32`, 'dev', 'eth0']);
      const announce = ['-i', '10', '-r', '1', '-p', '/run/send_arp.pid', 'eth0', address, 'auto', '-', '-'];
      await node.output(['/usr/libexec/heartbeat/send_arp', ...announce]);
    }
  }

  /** The other way round. */
  async stop(t: Test, node: Host): Promise<void> {
    for (const address of this.addresses) {
      await node.output(['ip', 'addr', 'del', `${address}/32`, 'dev', 'eth0']);
    }
    await this.done(t, node, 'stop');
  }

  store(): Promise<StoreState> {
    return readStore(this.#lab.sharedPath(`/stores/${this.#name}`));
  }

  /** The clients that the present owner has captured. */
  async clients(): Promise<string[]> {
    return [...(await this.store()).current.keys()].sort();
  }
}

/** Two nodes with NFS-Ganesha and without a cluster, and two clients, of which only their statd matters. */
export class CtdbScene {
  readonly lab: Lab;
  readonly n1: Host;
  readonly n2: Host;
  readonly a: Host;
  readonly b: Host;

  private constructor(lab: Lab, [n1, n2, a, b]: [Host, Host, Host, Host]) {
    this.lab = lab;
    [this.n1, this.n2, this.a, this.b] = [n1, n2, a, b];
  }

  static async create(t: Test): Promise<CtdbScene> {
    const lab = await Lab.create();
    t.teardown(() => lab.destroy());
    const prepare = (root: string) => installLockferry(lab.repository, root);
    const node = { grace: 8, lease: 2, prepare };
    const hosts = await Promise.all([
      lab.addNode('n1', '10.77.0.1', node),
      lab.addNode('n2', '10.77.0.2', node),
      lab.addHost('a', '10.77.0.11'),
      lab.addHost('b', '10.77.0.12'),
    ]);
    await mkdir(lab.sharedPath('/stores'), { mode: 0o700 });
    return new CtdbScene(lab, hosts);
  }

  /** add-client: the lock manager of a node has its statd monitor a client (SM_MON). */
  async add(node: Host, client: Host): Promise<void> {
    await this.#lockManager(node, `mon ${client.name} ${node.name} ${COOKIE}`);
  }

  /** del-client: it does so no longer (SM_UNMON). */
  async del(node: Host, client: Host): Promise<void> {
    await this.#lockManager(node, `unmon ${client.name} ${node.name}`);
  }

  async #lockManager(node: Host, line: string): Promise<void> {
    await node.output([process.execPath, SM_MON], { input: `${line}\n` });
  }

  /** What a client's statd was told so far: the name, and the number. */
  async told(client: Host): Promise<[name: string, number: number][]> {
    const log = await client.readFile('/var/log/statd.log');
    const told = [...log.matchAll(/Received SM_NOTIFY from (\S+), state: (\d+)/g)];
    return told.map(([, name = '', number]) => [name, Number(number)]);
  }

  /** What the keepers that are there wrote down. */
  async #events(): Promise<string> {
    const events = [this.n1, this.n2].map(async (node) => [
      node.name,
      (await node.run(['sh', '-c', 'tail -n 30 /run/lockferry/services/*/events.jsonl'])).stdout,
      await node.run(['grep', 'GRACE', '/var/log/ganesha/ganesha.log']).then(({ stdout }) => stdout),
    ]);
    return (await Promise.all(events)).flat().join('\n');
  }

  /** Waits until a client was told under each of these names, since it had been told `before` times. */
  waitForTelling(client: Host, names: readonly string[], before: number): Promise<[string, number][]> {
    const explain = async () => `${JSON.stringify(await this.told(client))}\n${await this.#events()}`;
    return waitUntil(`${client.name} told as ${names}`, { timeout: 30, explain }, async () => {
      const told = (await this.told(client)).slice(before);
      return names.every((name) => told.some(([as]) => as === name)) && told;
    });
  }
}
