import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ownerOf, statdDirectory } from '../../../lib/nsm/statd-directory.ts';

const CALLER = fileURLToPath(new URL('./caller.js', import.meta.url));
const NAMESPACES = ['-n', '-m', '-p', '-f', '--mount-proc', '--propagation', 'private', '--kill-child'];

/** The user that rpc.statd runs as on this machine. */
export function statdUser(): { uid: number; gid: number } {
  const owner = ownerOf(statdDirectory('/var/lib/nfs'));
  if (owner === null) throw new Error('rpc.statd (package nfs-common) is not installed');
  return owner;
}

/** A directory that statd's user can write. */
export function directoryForStatd(path: string): string {
  const { uid, gid } = statdUser();
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o755);
  chownSync(path, uid, gid);
  return path;
}

/** An rpc.statd of its own with one callout, or none, and a lock manager that asks it. */
export class Room {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    if (child.stdout === null) throw new Error('no output');
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /**
   * @param dir where everything is put.
   * @param callout what rpc.statd -H runs; empty: nothing.
   * @param keeper the keeper that is to run, and for how many services; undefined: none.
   */
  static async open(
    dir: string,
    callout: string,
    keeper?: { readonly program: string; readonly services: number },
  ): Promise<Room> {
    const statd = directoryForStatd(join(dir, 'statd'));
    for (const name of ['sm', 'sm.bak']) directoryForStatd(join(statd, name));
    const script = ['sh', resolve('test/lib/capture/statd-room.sh'), statd, callout];
    const stores = Array.from({ length: keeper?.services ?? 0 }, (_, index) => join(dir, `store-${index}`));
    const service = keeper === undefined ? [] : [statd, keeper.program, ...stores];
    const child = spawn('unshare', [...NAMESPACES, ...script, process.execPath, CALLER, ...service], {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const room = new Room(child);
    await room.#hear('ready');
    return room;
  }

  /** Has a client monitored. @returns how long that took, milliseconds. */
  async monitor(name: string): Promise<number> {
    this.#child.stdin?.write(`${name}\n`);
    return Number(await this.#hear(/^[\d.]+$/));
  }

  async close(): Promise<void> {
    this.#child.stdin?.end();
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
  }

  async #hear(wanted: string | RegExp): Promise<string> {
    const { value } = await this.#lines.next();
    const said = String(value);
    if (typeof wanted === 'string' ? said !== wanted : !wanted.test(said)) throw new Error(`it said ${said}`);
    return said;
  }
}
