import type { AtWork } from '../../../lib/keeper/identities.ts';
import type { Surroundings } from '../../../lib/keeper/surroundings.ts';
import type { LockManager } from '../../../lib/node/lock-manager.ts';
import { NodeDirectory } from '../../../lib/node/node-directory.ts';
import { statdAnswers } from '../../../lib/node/statd-answers.ts';
import type { SettlingMeans } from '../../../lib/recover/settled-grace.ts';
import type { Disk } from '../../../lib/store/index.ts';

/** A node whose state a test sets: no lock manager or statd runs, no address is up, nothing can be told yet. */
export class ExampleNode {
  lockManager: LockManager | null = null;
  statd: string | null = null;
  readonly addresses = new Set<string>();
  missing = ['NFS to be registered'];
  grace = true;
  stoppedAlone = false;
  /** Directories on a cluster file system. */
  shared: readonly string[] = [];
  openGrace: () => Promise<'kept' | 'restarted'> = async () => 'kept';
  /** What the services of the node share; nothing is there. */
  node = new NodeDirectory('/nonexistent/lockferry');
  release: () => Promise<void> = async () => undefined;
  readonly released: string[] = [];
  /** Locks on the file systems of directories, of all where none is named; null: one is not there. */
  locksUnder: (directories: readonly string[]) => Promise<number | null> = async () => 0;
  /** Ends the grace period; a test waits for that. */
  readonly settling: SettlingMeans = {
    isOn: async () => this.grace,
    end: async () => {
      this.grace = false;
    },
    neededBy: async () => null,
  };
  atWork: () => Promise<AtWork> = async () => ({ lockManager: this.lockManager, statd: this.statd });

  surroundings(disk?: Disk): Surroundings {
    return {
      atWork: () => this.atWork(),
      localAddresses: () => this.addresses,
      statdAnswers,
      isGraceOn: async () => this.grace,
      graceTime: async () => ({ remaining: null, full: null }),
      openGrace: () => this.openGrace(),
      node: this.node,
      lacking: async () => this.missing,
      releaseLocks: async (kind, { addresses }) => {
        await this.release();
        this.released.push(`${kind} ${addresses}`);
      },
      countLocks: async (directories) => {
        const own = await this.locksUnder(directories);
        return { all: own ?? 0, own };
      },
      wasStoppedAlone: async () => this.stoppedAlone,
      areOnClusterFileSystem: async (directories) =>
        directories.some((directory) => this.shared.includes(directory)),
      settling: this.settling,
      resolver: { addresses: async () => [], names: async () => [] },
      ...(disk === undefined ? {} : { disk }),
    };
  }
}

/** A lock manager that has run for long. */
export function lockManager(pid: number, kind: LockManager['kind'] = 'ganesha'): LockManager {
  return { kind, identity: `${kind}:${pid}:1`, startedAt: 1_700_000_000_000 };
}
