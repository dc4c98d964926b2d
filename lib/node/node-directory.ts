import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Where the services of this node keep what concerns all of them; emptied by every boot. */
export const NODE_DIRECTORY = '/run/lockferry/node';

/**
 * What the services of this node share, root's alone. It does not outlive a boot, which is no restart of ours: whom a
 * reboot concerns is still in statd's own `sm/`, and to be told by whoever serves those exports (docs/doctor.md).
 */
export class NodeDirectory {
  readonly path: string;

  constructor(path: string = NODE_DIRECTORY) {
    this.path = path;
  }

  /** That of a node whose services have their run-time directories there. */
  static beside(services: string): NodeDirectory {
    return new NodeDirectory(join(dirname(services), 'node'));
  }

  /** Held by whoever restarts the lock manager, or records or settles what that costs. */
  get restartLock(): string {
    return join(this.path, 'restart.lock');
  }

  /** There while a restart is under way. */
  get planFile(): string {
    return join(this.path, 'restart.json');
  }

  /** Says when lockd was made to drop its locks while its thread went on. */
  get lockdRestart(): string {
    return join(this.path, 'lockd-restart.json');
  }

  /** There while lockd is kept up across a restart of nfsd; not in here, for it is exported. */
  get pin(): string {
    return join(dirname(this.path), 'pin');
  }

  /** Which lines in the live `sm/` were put there by hand, for services that no keeper has. */
  get placedFile(): string {
    return join(this.path, 'placed.json');
  }

  /** Held by the keeper that tells the clients of the node's unprotected exports. */
  get dutyLock(): string {
    return join(this.path, 'duty.lock');
  }

  /** A lock store of those clients, there until they were told. */
  get dutyStore(): string {
    return join(this.path, 'duty');
  }

  /** The private statd directory into which their records are conveyed. */
  get dutyStatd(): string {
    return join(this.path, 'statd');
  }

  /** There where a service's locks were released and the lock store could not be told: the lock manager's identity. */
  releasedFile(service: string): string {
    return join(this.path, 'released', service);
  }

  /** There where a service was stopped to be started here again, and its locks stayed: the service. */
  keptFile(service: string): string {
    return join(this.path, 'kept', service);
  }

  /** Held by whoever starts that service, or releases those locks because nobody has. */
  keptLock(service: string): string {
    return join(this.path, `kept-${service}.lock`);
  }

  /** Held by the command that works on a service's store by hand. @param word which stands for the service. */
  byHandLock(word: string): string {
    return join(this.path, `by-hand-${word}.lock`);
  }

  async create(): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o700 });
  }
}
