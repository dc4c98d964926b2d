import { lockdRestartedAt } from './lockd-restart.ts';
import { NodeDirectory } from './node-directory.ts';
import { findProcess, identityWord, isAlive, type ProcessIdentity, startedAt } from './process.ts';
import type { LOCK_MANAGER_CHOICES } from './service.ts';

export type LockManagerKind = 'kernel' | 'ganesha';

/** The lock manager that runs on this node now: what granted the locks, and since when. */
export interface LockManager {
  readonly kind: LockManagerKind;
  /** Opaque word for this incarnation; a restart gives another one. */
  readonly identity: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** By which process each lock manager is known: NFS-Ganesha's daemon, lockd's kernel thread. */
const PROCESS: Readonly<Record<LockManagerKind, string>> = { ganesha: 'ganesha.nfsd', kernel: 'lockd' };

/** Follows a process from one incarnation to the next; looking again costs one read while it lives. */
export class ProcessWatch {
  #known: ProcessIdentity | null = null;
  readonly #command: string;
  readonly #proc: string;

  /** @param proc where procfs is mounted. */
  constructor(command: string, proc = '/proc') {
    this.#command = command;
    this.#proc = proc;
  }

  /** The incarnation that runs now, null where there is none. */
  async now(): Promise<ProcessIdentity | null> {
    if (this.#known === null || !(await isAlive(this.#known, this.#proc))) {
      this.#known = await findProcess(this.#command, this.#proc);
    }
    return this.#known;
  }
}

/** Follows the lock manager of this node. Where both run, NFS-Ganesha serves: a lone lockd serves NFS mounts. */
export class LockManagerWatch {
  readonly #watches: readonly (readonly [LockManagerKind, ProcessWatch])[];
  readonly #proc: string;
  readonly #lockdRestart: string;

  /** @param proc where procfs is mounted. @param node what the services of this node share. */
  constructor(choice: (typeof LOCK_MANAGER_CHOICES)[number], proc = '/proc', node = new NodeDirectory()) {
    this.#proc = proc;
    this.#lockdRestart = node.lockdRestart;
    const kinds: readonly LockManagerKind[] = choice === 'auto' ? ['ganesha', 'kernel'] : [choice];
    this.#watches = kinds.map((kind) => [kind, new ProcessWatch(PROCESS[kind], proc)]);
  }

  /** The lock manager that runs now; null where none does. */
  async now(): Promise<LockManager | null> {
    for (const [kind, watch] of this.#watches) {
      const found = await watch.now();
      if (found) return this.#incarnation(kind, found);
    }
    return null;
  }

  async #incarnation(kind: LockManagerKind, found: ProcessIdentity): Promise<LockManager> {
    const word = identityWord(found);
    const restarted = kind === 'kernel' ? await lockdRestartedAt(this.#lockdRestart, found) : null;
    if (restarted === null) return { kind, identity: word, startedAt: await startedAt(found, this.#proc) };
    return { kind, identity: `${word}:${restarted}`, startedAt: restarted };
  }
}
