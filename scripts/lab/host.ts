import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { exitOf, hasEnded, killAndReap, listenTo } from './child.ts';
import { type Outcome, outputOf, type RunOptions, runBehind, SMALL_ENVIRONMENT } from './command.ts';
import { innermost, signalNamespace } from './process-tree.ts';
import { type Program, startBehind } from './program.ts';
import type { Room } from './room.ts';
import { waitUntil } from './wait-until.ts';

/** The daemons that a host's boot, or a test, can start; see guest/service.sh. */
export type ServiceName = 'rpcbind' | 'dbus' | 'statd' | 'ganesha' | 'cluster';

export interface HostPlan {
  readonly name: string;
  /** IPv4 address of eth0. */
  readonly address: string;
  /** Length of the network prefix of `address`. */
  readonly prefix: number;
  /** Started at every boot, in this order. */
  readonly services: readonly ServiceName[];
  /** Where given, systemd boots the host and starts these. */
  readonly units: readonly string[] | undefined;
  readonly repository: string;
  /** Directory, as this machine sees it, of this host's /var/log. */
  readonly logs: string;
}

/** One machine of the lab: a server node or a client host. */
export class Host {
  readonly name: string;
  readonly address: string;
  readonly logs: string;
  #room: Room;
  #plan: HostPlan;
  #boot: ChildProcess | undefined;
  #pid: number | undefined;
  /** Power actions come from tests and from fencing: one after another. */
  #power: Promise<void> = Promise.resolve();

  constructor(room: Room, plan: HostPlan) {
    this.name = plan.name;
    this.address = plan.address;
    this.logs = plan.logs;
    this.#room = room;
    this.#plan = plan;
  }

  get isOn(): boolean {
    return this.#pid !== undefined;
  }

  /** Whether systemd boots it, which has to have control groups of its own. */
  get hasControlGroup(): boolean {
    return this.#plan.units !== undefined;
  }

  /** Process id, on this machine, of the host's first process. Throws when the host is off. */
  get pid(): number {
    if (this.#pid === undefined) throw new Error(`${this.name} is off`);
    return this.#pid;
  }

  /** Where a file of the host's disk lies as seen from outside, on or off; only what differs from the machine below. */
  path(inside: string): string {
    return this.#room.path(`/run/lab/hosts/${this.name}/upper${inside}`);
  }

  /** Runs a command to its end; throws when it takes longer than its time limit. */
  run(argv: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return runBehind(this.#enter(), argv, options);
  }

  /** Like `run`, but gives the standard output, and throws when the exit code is not 0. */
  async output(argv: readonly string[], options: RunOptions = {}): Promise<string> {
    return outputOf(`${argv.join(' ')} on ${this.name}`, await this.run(argv, options));
  }

  /** Starts a long-running program; what it prints goes to `log`, a file name in the host's /var/log. */
  start(
    argv: readonly string[],
    options: { log: string; env?: Readonly<Record<string, string>> },
  ): Promise<Program> {
    return startBehind(this.#enter(), argv, { log: `${this.logs}/${options.log}`, env: options.env ?? {} });
  }

  /** Starts or stops one of the host's daemons as its distribution would, and waits until that is done. */
  async service(action: 'start' | 'stop' | 'restart', name: ServiceName): Promise<void> {
    const steps = action === 'restart' ? ['stop', 'start'] : [action];
    for (const step of steps) await this.output(['/lab/scripts/lab/guest/service.sh', step, name]);
  }

  /** Reads a file as the host sees it; when it is off, from its disk. */
  readFile(inside: string): Promise<string> {
    return readFile(this.#seen(inside), 'utf8');
  }

  /** Writes a file, and the directories above it, as the host sees it; when it is off, on its disk. */
  async writeFile(inside: string, text: string, mode = 0o644): Promise<void> {
    const path = this.#seen(inside);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { mode });
  }

  /** Removes a file as the host sees it; it need not be there. */
  removeFile(inside: string): Promise<void> {
    return rm(this.#seen(inside), { force: true });
  }

  /** Boots the host unless it is on; returns when its services are up. */
  powerOn(): Promise<void> {
    return this.#inTurn(() => this.#switchOn());
  }

  /**
   * Pulls the plug: network first, then every process at once. When it returns, all of them are dead and reaped,
   * and the disk is as it was. Nothing happens when the host is off.
   */
  powerOff(): Promise<void> {
    return this.#inTurn(() => this.#switchOff());
  }

  /** Takes the host off the network while it goes on running. */
  cutOff(): Promise<void> {
    return this.#room.ip('link', 'set', this.#port, 'nomaster');
  }

  /** Puts it back. */
  reconnect(): Promise<void> {
    return this.#room.ip('link', 'set', this.#port, 'master', 'br0');
  }

  /** Stops every process of the host where it is, as a machine hangs: it keeps its address and says nothing. */
  async freeze(): Promise<void> {
    await signalNamespace(this.pid, 'SIGSTOP');
  }

  /** Lets a frozen host go on. */
  async thaw(): Promise<void> {
    await signalNamespace(this.pid, 'SIGCONT');
  }

  /** Resolves when nothing of the host is left, after its room has ended. */
  async buried(): Promise<void> {
    if (this.#boot !== undefined) await exitOf(this.#boot);
  }

  /** The bridge's end of the host's network cable. */
  get #port(): string {
    return `to-${this.name}`;
  }

  #enter(): string[] {
    const enter = ['nsenter', '-t', String(this.pid), '-m', '-u', '-i', '-n', '-p', '--'];
    // A test runner adds options for the Node programs that it starts, with paths that need not exist on a host.
    return [...enter, 'env', '-u', 'NODE_OPTIONS'];
  }

  #seen(inside: string): string {
    return this.isOn ? `/proc/${this.pid}/root${inside}` : this.path(inside);
  }

  #inTurn(action: () => Promise<void>): Promise<void> {
    const done = this.#power.then(action);
    this.#power = done.catch(() => undefined);
    return done;
  }

  async #switchOn(): Promise<void> {
    if (this.isOn) return;
    await this.#unplug();
    const { name, address, prefix, services, units, repository } = this.#plan;
    const script = `${repository}/scripts/lab/guest/boot.sh`;
    const namespaces = ['-m', '-u', '-i', '-n', '-p', '-f', '--kill-child=KILL', '--propagation', 'private'];
    const started = units === undefined ? ['lab', ...services] : ['systemd', ...units];
    const call = ['bash', script, repository, process.execPath, name, `${address}/${prefix}`, ...started];
    const within = units === undefined ? ['unshare'] : [...this.#inControlGroup, 'unshare', '-C'];
    const [nsenter = '', ...rest] = [...this.#room.enter, ...within, ...namespaces, ...call];
    const boot = spawn(nsenter, rest, { env: SMALL_ENVIRONMENT, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#boot = boot;
    // A host may also end by itself: a cluster manager that gives up calls reboot(2).
    boot.once('exit', () => {
      if (this.#boot === boot) this.#pid = undefined;
    });
    const listener = listenTo(boot, name);
    try {
      await listener.hear('init');
      this.#pid = await waitUntil(`${name} has a first process`, { timeout: 5 }, () => {
        if (hasEnded(boot)) throw new Error(`${name} ended at once`);
        // nsenter, unshare, and then the host's first process.
        return innermost(boot.pid ?? 0, 2);
      });
      // The same hardware address at every boot: neighbours remember it.
      const eth0 = ['name', 'eth0', 'address', hardwareAddress(address), 'netns', String(this.#pid)];
      await this.#room.ip('link', 'add', this.#port, 'type', 'veth', 'peer', ...eth0);
      await this.#room.ip('link', 'set', this.#port, 'master', 'br0', 'up');
      await listener.hear('ready');
      if (units !== undefined) await this.#unitsStarted();
    } catch (error) {
      await this.#switchOff();
      throw new Error(`${name} does not boot: ${error}\n${listener.complaints()}`, { cause: error });
    }
  }

  async #switchOff(): Promise<void> {
    if (this.#boot === undefined) return;
    // A network namespace is taken apart some time after its last process; without a cable that cannot be seen.
    await this.#unplug();
    if (this.#pid !== undefined) await killAndReap(this.#boot, this.#pid, this.name);
    this.#pid = undefined;
    if (!this.hasControlGroup) return;
    const remove = this.#inControlGroup;
    await waitUntil(`${this.name} has no control group`, { timeout: 10 }, async () => {
      return (await runBehind(this.#room.enter, remove, {})).code === 0;
    });
  }

  /** Runs what follows in a control group of the host's own, made anew; without anything, it is only removed. */
  get #inControlGroup(): string[] {
    const script = `${this.#plan.repository}/scripts/lab/in-control-group.sh`;
    return ['bash', script, `lockferry-lab.${this.#room.pid}.${this.name}`];
  }

  /** systemd has done its best; that some unit cannot run in a namespace is as it is. */
  async #unitsStarted(): Promise<void> {
    const explain = async () =>
      (await this.run(['systemctl', 'list-jobs'])).stdout +
      (await this.run(['systemctl', '--failed'])).stdout;
    await waitUntil(
      `${this.name} is booted by systemd`,
      { timeout: 90, interval: 0.1, explain },
      async () => {
        const { stdout } = await this.run(['systemctl', 'is-system-running']);
        return /^(running|degraded)$/m.test(stdout);
      },
    );
  }

  async #unplug(): Promise<void> {
    const enter = ['nsenter', '-t', String(this.#room.pid), '-n', '--'];
    await runBehind(enter, ['ip', 'link', 'del', this.#port], {});
  }
}

/** A locally administered Ethernet address made from an IPv4 address. */
function hardwareAddress(address: string): string {
  const bytes = address.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'));
  return ['02', '4c', ...bytes].join(':');
}
