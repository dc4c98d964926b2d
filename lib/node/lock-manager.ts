import { performance } from 'node:perf_hooks';
import { lockdRestartedAt } from './lockd-restart.ts';
import { NodeDirectory } from './node-directory.ts';
import { findProcess, identityWord, isAlive, newestPid, type ProcessIdentity, startedAt } from './process.ts';
import type { LOCK_MANAGER_CHOICES } from './service.ts';

export type LockManagerKind = 'kernel' | 'ganesha';

/** The lock manager that runs on this node now: what granted the locks, and since when. */
export interface LockManager {
  readonly kind: LockManagerKind;
  /** Opaque word for this incarnation; a restart gives another one. */
  readonly identity: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /**
   * Whether it has had everybody monitored since then who has a lock of it, so that statd wrote his file: lockd that is started
   * knows nobody. One that was killed goes on with those whom it knows; of NFS-Ganesha that is not known.
   */
  readonly monitorsAnew?: boolean;
}

/**
 * The version of NLM that each lock manager gives to statd (Linux, fs/lockd/mon.c, nsm_mon_unmon and encode_my_id;
 * NFS-Ganesha, Protocols/NLM/nsm.c). Beside NFS-Ganesha, lockd may have servers monitored for this node's own mounts.
 */
export const NLM_VERSION: Readonly<Record<LockManagerKind, number>> = { kernel: 3, ganesha: 4 };

/** By which process each lock manager is known: NFS-Ganesha's daemon, lockd's kernel thread. */
const PROCESS: Readonly<Record<LockManagerKind, string>> = { ganesha: 'ganesha.nfsd', kernel: 'lockd' };

/** A process that was born has got its name by exec(2) within this time, milliseconds. */
const NAMED_WITHIN = 5000;

/**
 * Follows a process from one incarnation to the next. Looking again costs one read while it lives; and while it does not,
 * no more than that on a node where no process is born.
 */
export class ProcessWatch {
  #known: ProcessIdentity | null = null;
  #newest: string | null = null;
  /** performance.now() when another pid was seen to be the newest. */
  #bornAt = 0;
  readonly #command: string;
  readonly #proc: string;
  readonly #namedWithin: number;

  /** @param proc where procfs is mounted. */
  constructor(command: string, proc = '/proc', namedWithin = NAMED_WITHIN) {
    this.#command = command;
    this.#proc = proc;
    this.#namedWithin = namedWithin;
  }

  /** The incarnation that runs now, null where there is none. */
  async now(): Promise<ProcessIdentity | null> {
    const known = this.#known;
    if (known !== null && (await isAlive(known, this.#proc))) return known;
    if (this.#mayBeThere() || known !== null) {
      this.#known = await findProcess(this.#command, this.#proc);
    }
    return this.#known;
  }

  #mayBeThere(): boolean {
    const newest = newestPid(this.#proc);
    if (newest === null || newest !== this.#newest) this.#bornAt = performance.now();
    this.#newest = newest;
    return performance.now() - this.#bornAt < this.#namedWithin;
  }
}

/** Follows the lock manager of this node. Where both run, NFS-Ganesha serves: a lone lockd serves NFS mounts. */
export class LockManagerWatch {
  readonly #watches: readonly (readonly [LockManagerKind, ProcessWatch])[];
  readonly #proc: string;
  readonly #lockdRestart: string;
  /** When the process that was found last started: to say so takes all of /proc/stat. */
  #started: { readonly word: string; readonly at: number } | null = null;

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
    if (restarted !== null) return { kind, identity: `${word}:${restarted}`, startedAt: restarted };
    if (this.#started?.word !== word) {
      this.#started = { word, at: await startedAt(found, this.#proc) };
    }
    const since = { kind, identity: word, startedAt: this.#started.at };
    return kind === 'kernel' ? { ...since, monitorsAnew: true } : since;
  }
}
