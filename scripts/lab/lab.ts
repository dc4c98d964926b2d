import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Cluster, type ClusterOptions } from './cluster.ts';
import { EXPORTED, type GaneshaOptions, ganeshaConfig } from './ganesha-config.ts';
import { Host, type ServiceName } from './host.ts';
import { PowerDaemon, type PowerEvent } from './power-daemon.ts';
import { repository } from './repository.ts';
import { checkRequirements } from './requirements.ts';
import { openRoom, type Room } from './room.ts';

export interface LabOptions {
  /** Existing or new directory of this machine, not below /run, that keeps the logs; without it they go with the lab. */
  readonly logDir?: string;
}

export interface HostOptions {
  /** Length of the network prefix of the host's address; 16 unless told. */
  readonly prefix?: number;
  /** Daemons started at every boot, in this order. */
  readonly services?: readonly ServiceName[];
  /** Where given, the host is booted by systemd, with these of its distribution's units enabled, and `services` are not. */
  readonly units?: readonly string[];
  /** Called before the first boot with the top of the host's disk: a DESTDIR to install into. */
  readonly prepare?: (root: string) => Promise<void>;
}

export interface NodeOptions extends HostOptions, GaneshaOptions {
  /** Ganesha always runs (`warm`), or an `ocf:lab:ganesha` resource starts it, or it does not run; `warm` unless told. */
  readonly ganesha?: 'warm' | 'resource' | 'none';
}

/** A room full of hosts on one machine. Everything in it ends with `destroy`, with `pid`, or with this program. */
export class Lab {
  readonly repository: string;
  readonly hosts = new Map<string, Host>();
  /** What fencing did, oldest first. */
  readonly powerEvents: PowerEvent[] = [];
  /** The directory of all logs as this machine sees it; each host's /var/log is a directory in it. */
  readonly logs: string;
  #room: Room;
  #names = new Map<string, string>();
  #named: Promise<void> = Promise.resolve();
  #power: PowerDaemon;

  private constructor(top: string, room: Room, logs: string) {
    this.repository = top;
    this.#room = room;
    this.logs = logs;
    this.#power = new PowerDaemon(this.hosts, (event) => this.powerEvents.push(event));
  }

  /** Opens an empty room. */
  static async create(options: LabOptions = {}): Promise<Lab> {
    const top = repository();
    await checkRequirements(top);
    const logDir = options.logDir === undefined ? undefined : resolve(options.logDir);
    if (logDir !== undefined) await mkdir(logDir, { recursive: true });
    const room = await openRoom(top, logDir);
    const lab = new Lab(top, room, logDir ?? room.path('/run/lab/log'));
    await lab.#power.listen(room.path('/run/lab/power/socket'));
    return lab;
  }

  /** Process id whose end ends everything the lab made. */
  get pid(): number {
    return this.#room.pid;
  }

  /** The directory that all hosts see as /srv/shared, as seen from outside. */
  sharedPath(inside: string): string {
    return this.#room.path(`/run/lab/shared${inside}`);
  }

  /** Adds and boots a server node: rpcbind, D-Bus, rpc.statd and, when it is warm, NFS-Ganesha. */
  addNode(name: string, address: string, options: NodeOptions = {}): Promise<Host> {
    const base: readonly ServiceName[] = options.services ?? ['rpcbind', 'dbus', 'statd'];
    const services: readonly ServiceName[] =
      (options.ganesha ?? 'warm') === 'warm' ? [...base, 'ganesha'] : base;
    return this.#add(name, address, services, options, async (host) => {
      await host.writeFile('/etc/ganesha/ganesha.conf', ganeshaConfig(options));
      await this.#place(host, 'fence_lab', '/usr/sbin/fence_lab');
      await this.#place(host, 'ocf-ganesha', '/usr/lib/ocf/resource.d/lab/ganesha');
      await this.#place(host, 'ocf-nsm', '/usr/lib/ocf/resource.d/lab/nsm');
    });
  }

  /** Adds and boots a client host: rpcbind and rpc.statd. */
  addHost(name: string, address: string, options: HostOptions = {}): Promise<Host> {
    return this.#add(name, address, options.services ?? ['rpcbind', 'statd'], options, async () => undefined);
  }

  /** Gives an address a name, for instance a floating address, in the /etc/hosts of all hosts. */
  addName(address: string, name: string): Promise<void> {
    this.#names.set(name, address);
    // One after another: where hosts are added side by side, an older list must not be written over a newer one.
    this.#named = this.#named.catch(() => undefined).then(() => this.#writeNames());
    return this.#named;
  }

  async #writeNames(): Promise<void> {
    const lines = ['127.0.0.1 localhost', '::1 localhost'];
    for (const [known, at] of this.#names) lines.push(`${at} ${known}`);
    const text = `${lines.join('\n')}\n`;
    for (const host of this.hosts.values()) await host.writeFile('/etc/hosts', text);
  }

  /** Makes a Pacemaker cluster of server nodes, with fencing by the room's power daemon. */
  formCluster(nodes: readonly Host[], options: ClusterOptions = {}): Promise<Cluster> {
    return Cluster.form(nodes, options);
  }

  /** Ends everything; when it returns, no process, mount, address or namespace of the lab is left. */
  async destroy(): Promise<void> {
    await this.#power.close();
    // The control groups of a host that systemd has booted are the machine's: they do not end with the room.
    const booted = [...this.hosts.values()].filter(({ hasControlGroup }) => hasControlGroup);
    await Promise.all(booted.map((host) => host.powerOff()));
    await this.#room.end();
    for (const host of this.hosts.values()) await host.buried();
  }

  async #add(
    name: string,
    address: string,
    services: readonly ServiceName[],
    options: HostOptions,
    furnish: (host: Host) => Promise<void>,
  ): Promise<Host> {
    if (this.hosts.has(name)) throw new Error(`the lab has a host ${name} already`);
    const logs = `${this.logs}/${name}`;
    const { prefix = 16, units } = options;
    const plan = { name, address, prefix, services, units, repository: this.repository, logs };
    const host = new Host(this.#room, plan);
    this.hosts.set(name, host);
    await mkdir(host.path('/'), { recursive: true });
    await mkdir(logs, { recursive: true });
    await mkdir(this.sharedPath(EXPORTED.replace('/srv/shared', '')), { recursive: true });
    await this.addName(address, name);
    await furnish(host);
    await options.prepare?.(host.path(''));
    await host.powerOn();
    return host;
  }

  async #place(host: Host, program: string, inside: string): Promise<void> {
    const path = host.path(inside);
    await mkdir(resolve(path, '..'), { recursive: true });
    await copyFile(`${this.repository}/scripts/lab/guest/${program}`, path);
    await chmod(path, 0o755);
  }
}
