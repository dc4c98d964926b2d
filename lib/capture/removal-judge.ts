/** One look at `sm/`, and who was at work at that moment. */
export interface Observation {
  /** Known names that are neither in `sm/` nor in `sm.bak/`: all of them, each time. */
  readonly absent: Iterable<string>;
  /** Milliseconds on any clock that never goes back. */
  readonly at: number;
  /** Opaque identities of the processes; null: not running, or not known. */
  readonly lockManager: string | null;
  readonly statd: string | null;
  /** Whether the service is being stopped. */
  readonly stopping: boolean;
}

export interface JudgeOptions {
  /** How long a name must stay absent, in ms. */
  readonly apart?: number;
  /** What goes this soon after lock manager or statd were found changed never counts, in ms. */
  readonly settling?: number;
  /** Who was at work when the store was written last, if that is known. */
  readonly initial?: Pick<Observation, 'lockManager' | 'statd'>;
}

const APART = 5_000;
const SETTLING = 15_000;

/**
 * Says which removals from `sm/` count: those of clients that were unmonitored while everything was healthy.
 * statd deletes and re-creates files, a clean stop of lockd on newer kernels unmonitors every client, NFS-Ganesha
 * does so shortly after it starts: none of that means that a client has given up its locks.
 *
 * A name counts when it was absent in two observations far enough apart, and in all between, with the same lock
 * manager and statd at work all the time. What was gone when either of them changed, or went soon after, never
 * counts until it has been there again; and from stop on, nothing does.
 */
export class RemovalJudge {
  readonly #apart: number;
  readonly #settling: number;
  #atWork: string | null;
  #changedAt = Number.NEGATIVE_INFINITY;
  #stopped = false;
  /** When each name was first found absent; Infinity: it never counts. */
  #since = new Map<string, number>();

  constructor({ apart = APART, settling = SETTLING, initial }: JudgeOptions = {}) {
    this.#apart = apart;
    this.#settling = settling;
    this.#atWork = initial === undefined ? null : atWork(initial);
  }

  /** @returns the names whose removal counts; the caller drops them, and they come in no later observation */
  observe(observation: Observation): string[] {
    const { at } = observation;
    this.#stopped ||= observation.stopping;
    const now = atWork(observation);
    if (now === null || now !== this.#atWork) this.#changedAt = at;
    const healthy = now !== null && now === this.#atWork && !this.#stopped;
    this.#atWork = now;
    const explained = healthy && at - this.#changedAt >= this.#settling;
    const before = this.#since;
    this.#since = new Map();
    const counting: string[] = [];
    for (const name of observation.absent) {
      const since = explained ? (before.get(name) ?? at) : Number.POSITIVE_INFINITY;
      this.#since.set(name, since);
      if (at - since >= this.#apart) counting.push(name);
    }
    return counting;
  }
}

function atWork({ lockManager, statd }: Pick<Observation, 'lockManager' | 'statd'>): string | null {
  return lockManager === null || statd === null ? null : JSON.stringify([lockManager, statd]);
}
