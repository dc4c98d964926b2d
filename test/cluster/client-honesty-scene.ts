import { readdir, stat } from 'node:fs/promises';
import type { Test } from 'tap';
import type { LoggedEvent } from '../../scripts/lab/client/event-log.ts';
import type { Host } from '../../scripts/lab/host.ts';
import { Lab } from '../../scripts/lab/lab.ts';
import { HostLockClient } from '../../scripts/lab/lock-client.ts';
import { waitUntil } from '../../scripts/lab/wait-until.ts';

/** The name that clients mount. */
export const server = 'nfs-vip';
/** Seconds of grace on the adoptive server, unless told. */
const GRACE = 6;
const STATD = '/var/lib/nfs';
/** The private statd directory on the adoptive server that sm-notify works on. */
const CONVEYED = '/var/lib/conveyed';
/** A witness that waits asks this often. */
export const POLL = { retryMs: 100 } as const;

/** Two server nodes without a cluster, of which one serves, and two client hosts with their lock clients. */
export class Scene {
  readonly lab: Lab;
  readonly old: Host;
  readonly adoptive: Host;
  readonly c1: HostLockClient;
  readonly c2: HostLockClient;
  /** The floating address, which is also `nfs-vip`. */
  readonly floating: string;

  private constructor(
    lab: Lab,
    floating: string,
    servers: [Host, Host],
    clients: [HostLockClient, HostLockClient],
  ) {
    this.lab = lab;
    this.floating = floating;
    [this.old, this.adoptive] = servers;
    [this.c1, this.c2] = clients;
  }

  /** The old server serves without any grace; the adoptive one has everything but Ganesha running. */
  static async create({ ipv6 = false, useHostnames = false, grace = GRACE } = {}): Promise<Scene> {
    const lab = await Lab.create();
    // The hosts' names lead to their IPv4 addresses.
    const callerName = !ipv6;
    try {
      const hosts = await Promise.all([
        lab.addNode('srv1', '10.77.0.1', { grace: 0, lease: 2, callerName }),
        lab.addNode('srv2', '10.77.0.2', { grace, lease: 2, ganesha: 'none', callerName }),
        lab.addHost('c1', '10.77.0.11'),
        lab.addHost('c2', '10.77.0.12'),
      ]);
      if (ipv6) await Promise.all(hosts.map((host, i) => host.output(addAddress(`fd77::${i + 1}/64`))));
      const floating = ipv6 ? 'fd77::100' : '10.77.0.100';
      await lab.addName(floating, 'nfs-vip');
      const [old, adoptive, h1, h2] = hosts;
      const options = { useHostnames };
      const clients = await Promise.all([
        HostLockClient.start(h1, options),
        HostLockClient.start(h2, options),
      ]);
      const scene = new Scene(lab, floating, [old, adoptive], clients as [HostLockClient, HostLockClient]);
      await scene.takeAddress(old);
      return scene;
    } catch (error) {
      await lab.destroy();
      throw error;
    }
  }

  /** Puts the floating address on a server, and tells the neighbours. */
  async takeAddress(server: Host): Promise<void> {
    const { floating } = this;
    const announce = floating.includes(':')
      ? ['send_ua', '-c1', floating, '64', 'eth0']
      : ['send_arp', '-i', '10', '-r', '1', '-p', '/run/send_arp.pid', 'eth0', floating, 'auto', '-', '-'];
    await server.output(addAddress(`${floating}/${floating.includes(':') ? 128 : 32}`));
    // resource-agents' own programs, as IPaddr2 and IPv6addr use them.
    await server.output([`/usr/libexec/heartbeat/${announce[0]}`, ...announce.slice(1)]);
  }

  /** Kills the old server, and lets the adoptive one serve in its place: address, then Ganesha, in grace. */
  async failOver(): Promise<void> {
    await this.old.powerOff();
    await this.takeAddress(this.adoptive);
    await this.adoptive.service('start', 'ganesha');
  }

  /**
   * Copies the old server's records to a statd directory of the adoptive one, and the number `state` as that of
   * the last notification.
   */
  async convey({ into = CONVEYED, state = 3 } = {}): Promise<void> {
    const { adoptive, old } = this;
    // The bytes of a small number, least significant first, as a machine of this architecture writes it.
    await adoptive.output(['mkdir', '-p', `${into}/sm`, `${into}/sm.bak`]);
    await adoptive.writeFile(`${into}/state`, String.fromCharCode(state, 0, 0, 0));
    for (const name of await records(old)) {
      await adoptive.writeFile(`${into}/sm/${name}`, await old.readFile(`${STATD}/sm/${name}`));
    }
    await adoptive.output(['chown', '-R', 'statd:nogroup', `${into}/sm`, `${into}/sm.bak`, `${into}/state`]);
    await adoptive.output(['chown', 'statd:nogroup', into]);
  }

  /** Runs sm-notify on what was conveyed, as `as` unless that is null; resolves when every client has acknowledged. */
  async notify(as: string | null = this.floating): Promise<void> {
    const name = as === null ? [] : ['-v', as];
    await this.adoptive.output(['sm-notify', '-d', '-f', ...name, '-P', CONVEYED]);
    const left = await this.adoptive.output(['find', `${CONVEYED}/sm`, `${CONVEYED}/sm.bak`, '-type', 'f']);
    if (left !== '')
      throw new Error(`sm-notify left clients untold:
${left}`);
  }

  async destroy(): Promise<void> {
    await this.lab.destroy();
  }
}

function addAddress(address: string): string[] {
  return ['ip', 'addr', 'add', address, 'dev', 'eth0', ...(address.includes(':') ? ['nodad'] : [])];
}

function seen(host: Host, path: string): string {
  return host.isOn ? `/proc/${host.pid}/root${path}` : host.path(path);
}

/** The names of the monitor records of a host's own statd. */
export async function records(host: Host): Promise<string[]> {
  return (await readdir(seen(host, `${STATD}/sm`))).sort();
}

/** When a monitor record was last written, in milliseconds of the clock. */
export async function recordedAt(host: Host, name: string): Promise<number> {
  return (await stat(seen(host, `${STATD}/sm/${name}`))).mtimeMs;
}

/** Waits for an event of a client, by its name. */
export function eventOf(client: HostLockClient, event: string, timeout = 10): Promise<LoggedEvent> {
  const explain = async () => JSON.stringify(await client.events());
  return waitUntil(`${event} at ${client.host.name}`, { timeout, explain }, async () =>
    (await client.events()).find((each) => each.event === event),
  );
}

/** The NSM state numbers that statd called the client with, in order. */
export async function notifiedWith(client: HostLockClient): Promise<unknown[]> {
  return (await client.events()).filter(({ event }) => event === 'sm-notify').map(({ state }) => state);
}

/** A scene in which client 1 holds the lock and client 2 was refused it. */
export async function locked(t: Test, options: Parameters<typeof Scene.create>[0] = {}): Promise<Scene> {
  const scene = await Scene.create(options);
  t.teardown(() => scene.destroy());
  t.equal((await scene.c1.lock({ server })).status, 'NLM4_GRANTED', 'client 1 gets the lock');
  t.equal((await scene.c2.lock({ server })).status, 'NLM4_DENIED', 'client 2 is refused');
  return scene;
}
