import { HardRpc } from './rpc-hard.ts';
import { XdrWriter } from './xdr.ts';

/** MOUNT version 3 and the two procedures of NFSv3 that a file handle takes (RFC 1813 sections 5 and 3). */
const MOUNT = { program: 100005, version: 3, mnt: 1 };
const NFS = { program: 100003, version: 3, lookup: 3, create: 8 };
const NFS3ERR_NOENT = 2;
const UNCHECKED = 0;
const FILE_MODE = 0o644;

/** The files of one export of one server, as a client that mounted it sees them. */
export class NfsMount {
  readonly #nfs: HardRpc;
  readonly #root: Buffer;
  readonly #files = new Map<string, Buffer>();

  private constructor(nfs: HardRpc, root: Buffer) {
    this.#nfs = nfs;
    this.#root = root;
  }

  /** Mounts `directory` of the server at `address`. Waits for the server as long as it takes, or until abort. */
  static async mount(
    address: string,
    directory: string,
    machine: string,
    signal: AbortSignal,
  ): Promise<NfsMount> {
    const mountd = new HardRpc(address, MOUNT.program, MOUNT.version, machine);
    const result = await mountd.call(MOUNT.mnt, new XdrWriter().string(directory).bytes(), signal);
    mountd.rebind();
    const status = result.u32();
    if (status !== 0)
      throw new Error(`${address} does not let us mount ${directory}: MOUNT status ${status}`);
    return new NfsMount(new HardRpc(address, NFS.program, NFS.version, machine), result.opaque());
  }

  /** The handle of a file in the export's root. A missing file is created. */
  async open(name: string, signal: AbortSignal): Promise<Buffer> {
    let handle = this.#files.get(name) ?? (await this.#lookup(name, signal));
    if (handle === null) {
      await this.#create(name, signal);
      handle = await this.#lookup(name, signal);
    }
    if (handle === null) throw new Error(`${name} was removed as soon as it was created`);
    this.#files.set(name, handle);
    return handle;
  }

  async #lookup(name: string, signal: AbortSignal): Promise<Buffer | null> {
    const where = new XdrWriter().opaque(this.#root).string(name);
    const result = await this.#nfs.call(NFS.lookup, where.bytes(), signal);
    const status = result.u32();
    if (status === NFS3ERR_NOENT) return null;
    if (status !== 0) throw new Error(`LOOKUP of ${name}: NFS status ${status}`);
    return result.opaque();
  }

  async #create(name: string, signal: AbortSignal): Promise<void> {
    const args = new XdrWriter().opaque(this.#root).string(name).u32(UNCHECKED);
    // sattr3: the mode is set; owner, group, size and times are the server's choice.
    args.bool(true).u32(FILE_MODE).bool(false).bool(false).bool(false).u32(0).u32(0);
    const status = (await this.#nfs.call(NFS.create, args.bytes(), signal)).u32();
    if (status !== 0) throw new Error(`CREATE of ${name}: NFS status ${status}`);
  }
}
