import { type Disk, makeDisk } from './disk.ts';
import { type BootOptions, Guest } from './guest.ts';
import { buildShim, obstacles } from './host.ts';
import { Room } from './room.ts';

export type { Disk } from './disk.ts';
export type { BootOptions, Guest, RunOptions } from './guest.ts';
export type { Finished, GuestProcess } from './guest-process.ts';
export { obstacles } from './host.ts';
export { until } from './until.ts';

/** Newer kernels than Debian's 6.1 lock a disk as soon as they boot: a second node would not have it at all. */
const DEFAULT_GUARD: Disk['guard'] = process.env.LOCKFERRY_UML === undefined ? 'single' : 'shared';

/** Real Linux kernels with real NFS, on a bridge of their own. */
export class KernelLab {
  /** The namespaces: for capturing packets, and for what a test does to the wires. */
  readonly room: Room;
  readonly #shim: string;
  readonly #guests = new Map<string, Guest>();
  #disks = 0;
  #nodes = 0;

  private constructor(room: Room, shim: string) {
    this.room = room;
    this.#shim = shim;
  }

  /** Opens an empty lab. Nothing of it outlives `close`, or this process. */
  static async create(): Promise<KernelLab> {
    const found = obstacles();
    if (found.length > 0) throw new Error(`User Mode Linux cannot boot here: ${found.join('; ')}`);
    const shim = await buildShim();
    return new KernelLab(await Room.open(), shim);
  }

  /** A block image with ext4 that several nodes may be given; `single` lets one at a time mount it. */
  sharedDisk({ sizeMiB = 64, guard = DEFAULT_GUARD } = {}): Promise<Disk> {
    this.#disks += 1;
    return makeDisk(this.room, `shared${this.#disks}`, sizeMiB, guard);
  }

  /** Makes a node with a fresh disk of its own and boots it. */
  async boot(name: string, options: BootOptions): Promise<Guest> {
    if (this.#guests.has(name)) throw new Error(`there is a node ${name} already`);
    this.#nodes += 1;
    const number = this.#nodes; // before the first await: nodes may boot in parallel
    const tap = `tap-${name}`;
    await this.room.run('ip', 'tuntap', 'add', tap, 'mode', 'tap');
    await this.room.run('ip', 'link', 'set', tap, 'master', 'br0', 'up');
    const guest = new Guest({
      room: this.room,
      name,
      number,
      shim: this.#shim,
      rootDisk: await makeDisk(this.room, `root-${name}`, 512, 'single'),
      options,
      power: (question) => this.#power(question),
    });
    this.#guests.set(name, guest);
    await guest.boot();
    return guest;
  }

  /** The power switch that fence_lab uses: "off NAME", "on NAME", "status NAME", "list". */
  async #power(question: string): Promise<string> {
    const [action, name = ''] = question.split(' ');
    if (action === 'list') return [...this.#guests.keys()].join(' ');
    const guest = this.#guests.get(name);
    if (!guest) return `error no node ${name}`;
    if (action === 'off') await guest.kill();
    if (action === 'on' && !guest.running) await guest.boot();
    return guest.running ? 'on' : 'off';
  }

  /** Ends every node and removes everything. */
  async close(): Promise<void> {
    await this.room.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
