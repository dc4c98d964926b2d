import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { Channel, type NodeMessage } from './channel.ts';
import type { Disk } from './disk.ts';
import { type Finished, GuestProcess } from './guest-process.ts';
import { SYSTEM_ENVIRONMENT } from './host.ts';
import { LAB_SOURCES } from './project.ts';
import { childrenOf, type Room } from './room.ts';
import { until } from './until.ts';

export interface BootOptions {
  /** IPv4 address with prefix length. */
  readonly ip: string;
  /** IPv6 address with prefix length; without it IPv6 is not loaded. */
  readonly ip6?: string;
  /** Memory in MiB, default 192. */
  readonly mem?: number;
  /** Disks of the node beside its own: /dev/ubdb, /dev/ubdc, ... */
  readonly disks?: readonly Disk[];
  readonly kernelParams?: readonly string[];
  /** Another User Mode Linux program than Debian's, with everything built in; default: LOCKFERRY_UML, if set. */
  readonly kernel?: string;
  /** A directory laid over the host's root directory, as an installation with DESTDIR leaves it. */
  readonly install?: string;
  /** Where given, systemd boots the node, with these of its distribution's units enabled. */
  readonly units?: readonly string[];
}

export interface RunOptions {
  /** Milliseconds, default 90 000. */
  readonly timeout?: number;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface GuestParts {
  readonly room: Room;
  readonly name: string;
  readonly number: number;
  readonly shim: string;
  readonly rootDisk: Disk;
  readonly options: BootOptions;
  /** Answers what the node's fence agent asks. */
  readonly power: (question: string) => Promise<string>;
}

/** One node: a User Mode Linux kernel on the lab's bridge. Its disk survives `kill` and `boot`, its memory does not. */
export class Guest {
  readonly name: string;
  readonly ip: string;
  readonly #parts: GuestParts;
  readonly #processes = new Map<number, GuestProcess>();
  #child: ChildProcess | undefined;
  #channel: Channel | undefined;
  #gone: Promise<void> = Promise.resolve();
  #next = 1;
  #hello = false;
  #cutOff = false;

  constructor(parts: GuestParts) {
    this.name = parts.name;
    this.ip = parts.options.ip.replace(/\/.*/, '');
    this.#parts = parts;
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  get #tap(): string {
    return `tap-${this.name}`;
  }

  /** Boots the kernel and waits until the node takes commands. */
  async boot(): Promise<void> {
    if (this.#child) throw new Error(`${this.name} runs already`);
    const { room, options, shim } = this.#parts;
    const [program, argv] = room.inside([
      ...['unshare', '-m', '-p', '-f', '--kill-child=KILL', '--mount-proc', '--propagation', 'private'],
      ...['env', `LD_PRELOAD=${shim}`, 'TMPDIR=/run/memory', 'sh', '-c', '"$@"; exit $?', 'node'],
      ...[options.kernel ?? process.env.LOCKFERRY_UML ?? 'linux', ...this.#kernelCommandLine()],
    ]);
    const exchange = room.path(`/run/exchange/${this.name}`);
    mkdirSync(exchange, { recursive: true });
    const log = room.path(`/run/console/${this.name}`);
    const child = spawn('sh', ['-c', `exec "$@" >>${log} 2>&1`, 'sh', program, ...argv], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      env: SYSTEM_ENVIRONMENT,
      detached: true,
    });
    this.#child = child;
    this.#hello = false;
    this.#channel = new Channel(child.stdio[3] as Duplex, exchange, (message) => this.#hear(message));
    this.#gone = new Promise((resolve) => child.once('exit', () => resolve(this.#ended())));
    await until(async () => this.#hello || !this.#child, {
      what: `${this.name} booted`,
      timeout: 180_000,
      every: 20,
    }).catch(() => this.kill());
    if (this.#hello) return;
    throw new Error(`${this.name} did not boot (mem=${options.mem ?? 192}M): ${this.console().slice(-2000)}`);
  }

  #kernelCommandLine(): string[] {
    const { name, number, rootDisk, options } = this.#parts;
    const hex = number.toString(16).padStart(2, '0');
    const disks = (options.disks ?? []).map(
      (disk, at) => `ubd${'bcdefgh'[at]}${disk.guard === 'shared' ? 'c' : ''}=${disk.image}`,
    );
    return [
      ...[`umid=${name}`, 'uml_dir=/run/memory/', `mem=${options.mem ?? 192}M`],
      ...[
        'root=/dev/root',
        'rootfstype=hostfs',
        'rootflags=/',
        'ro',
        `init=${join(LAB_SOURCES, 'guest', 'init')}`,
      ],
      ...['con=null', 'con0=null,fd:1', 'ssl=null', 'ssl0=fd:3', `ubda=${rootDisk.image}`, ...disks],
      `vec0:transport=tap,ifname=${this.#tap},depth=64,mac=52:54:00:77:00:${hex}`,
      ...[`lab_node=${name}`, `lab_ip=${options.ip}`, `lab_ip6=${options.ip6 ?? ''}`],
      ...[`lab_guest=${join(LAB_SOURCES, 'guest')}`, `lab_install=${options.install ?? ''}`],
      `lab_units=${(options.units ?? []).join(',')}`,
      ...(options.kernelParams ?? []),
      'quiet',
    ];
  }

  #hear(message: NodeMessage): void {
    if ('hello' in message) this.#hello = true;
    else if ('ask' in message) void this.#answer(message.power, message.ask);
    else this.#processes.get(message.id)?.hear(message);
  }

  async #answer(power: number, question: string): Promise<void> {
    const answer = this.#cutOff ? 'error: unreachable' : await this.#parts.power(question);
    this.#channel?.tell({ power, answer });
  }

  #ended(): void {
    for (const each of this.#processes.values()) if (!each.ended) each.hear({ exit: null });
    this.#processes.clear();
    this.#child = undefined;
    this.#channel = undefined;
  }

  /** Starts a process on the node. */
  start(argv: readonly string[], env: Readonly<Record<string, string>> = {}): GuestProcess {
    if (!this.#channel) throw new Error(`${this.name} is off`);
    const id = this.#next++;
    const started = new GuestProcess(this.#channel, id, `${this.name}: ${argv.join(' ').slice(0, 200)}`);
    this.#processes.set(id, started);
    this.#channel.tell({ id, run: argv, env });
    return started;
  }

  /** Runs a command to its end; throws only when it takes too long or the node dies. */
  async run(argv: readonly string[], options: RunOptions = {}): Promise<Finished> {
    const started = this.start(argv, options.env);
    if (options.stdin !== undefined) started.write(options.stdin);
    started.closeInput();
    const timeout = options.timeout ?? 90_000;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        started.signal(9);
        reject(new Error(`${this.name}: not within ${timeout} ms: ${argv.join(' ').slice(0, 400)}`));
      }, timeout);
    });
    const finished = await Promise.race([started.finished, late]).finally(() => clearTimeout(timer));
    if (finished.code === null) throw new Error(`${this.name} died under: ${argv.join(' ').slice(0, 400)}`);
    return finished;
  }

  /** Runs a shell script that must succeed; returns its standard output without the last newline. */
  async sh(script: string, options: RunOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.run(['sh', '-c', script], options);
    if (code === 0) return stdout.replace(/\n$/, '');
    throw new Error(`${this.name}: exit ${code} from: ${script.slice(0, 300)}\n${stdout}${stderr}`);
  }

  /** Writes a file on the node. */
  async put(path: string, content: string, mode = '644'): Promise<void> {
    await this.sh(`mkdir -p "$(dirname ${path})" && cat >${path} && chmod ${mode} ${path}`, {
      stdin: content,
    });
  }

  /** Pulls the plug: returns when every process of the node is dead. */
  async kill(): Promise<void> {
    const pid = this.#child?.pid;
    if (pid !== undefined) {
      // nsenter's child (unshare) has one child, process 1 of the node's process namespace: all others die with it
      for (const inner of childrenOf(pid)) for (const first of childrenOf(inner)) killQuietly(first);
      if (childrenOf(pid).length === 0) killQuietly(pid);
    }
    await this.#gone;
  }

  /** Pulls the plug and boots again: memory gone, disk kept. */
  async reboot(): Promise<void> {
    await this.kill();
    await this.boot();
  }

  /** Unplugs the network cable: no node, and no power switch, is reached. The node itself runs on and takes commands. */
  async cutOff(): Promise<void> {
    this.#cutOff = true;
    await this.#parts.room.run('ip', 'link', 'set', this.#tap, 'nomaster');
  }

  async reconnect(): Promise<void> {
    this.#cutOff = false;
    await this.#parts.room.run('ip', 'link', 'set', this.#tap, 'master', 'br0');
  }

  /**
   * Seconds that its clock is behind the host's. User Mode Linux has been seen to let it stand still from one moment to the
   * next, on one node of several, while all else went on: Corosync there notices no death any more.
   */
  async clockLag(): Promise<number> {
    return Date.now() / 1000 - Number(await this.sh('date +%s.%N'));
  }

  /** What its kernel and init printed, over all boots. */
  console(): string {
    return readFileSync(this.#parts.room.path(`/run/console/${this.name}`), 'utf8');
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
}
