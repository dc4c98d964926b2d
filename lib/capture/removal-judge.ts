/** One look at `sm/`, and who was at work at that moment. */
export interface Observation {
  /** Known names that are neither in `sm/` nor in `sm.bak/`: all of them, each time. */
  readonly absent: Iterable<string>;
  /** How many known names are in `sm/`. */
  readonly present: number;
  /** Milliseconds on any clock that never goes back. */
  readonly at: number;
  /** Opaque identities of the processes; null: not running, or not known. */
  readonly lockManager: string | null;
  readonly statd: string | null;
  /** Whether the service is being stopped. */
  readonly stopping: boolean;
}

export interface JudgeOptions {
  /** How long a name must stay absent, and no other go, in ms. */
  readonly apart?: number;
  /** What goes this soon after lock manager or statd were found changed never counts, in ms. */
  readonly settling?: number;
  /** Who was at work when the store was written last, if that is known. */
  readonly initial?: Pick<Observation, 'lockManager' | 'statd'>;
}

const APART = 15_000;
const SETTLING = 15_000;

/**
 * Says which removals from `sm/` count: those of clients that were unmonitored while everything was healthy.
 * statd deletes and re-creates files, a clean stop of lockd on newer kernels unmonitors every client, NFS-Ganesha
 * does so shortly after it starts: none of that means that a client has given up its locks.
 *
 * A name counts when it was absent in two observations far enough apart, and in all between, with the same lock
 * manager and statd at work all the time, and when no other name went meanwhile: a lock manager that stops gives up one
 * client after the other, for as long as it takes. What was gone when either of them changed, or went soon after, never
 * counts until it has been there again; and from stop on, nothing does. Nor does what went with more than half of all
 * at once, which is no client's doing: a directory was wiped, or a lock manager has just given up the last one.
 *
 * A record that is kept too long costs a notification to a client that has nothing to reclaim; one that is dropped too
 * early costs a lock.
 */
export class RemovalJudge {
  readonly #apart: number;
  readonly #settling: number;
  #atWork: string | null;
  #changedAt = Number.NEGATIVE_INFINITY;
  #stopped = false;
  /** The names that were absent last, and whether each may ever count. */
  #absent = new Map<string, boolean>();
  #lastWentAt = Number.NEGATIVE_INFINITY;

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
    const before = this.#absent;
    const absent = [...observation.absent];
    const wentNow = absent.filter((name) => !before.has(name)).length;
    if (wentNow > 0) this.#lastWentAt = at;
    const swept = wentNow > observation.present;
    const mayCount = (name: string) => explained && !swept && (before.get(name) ?? true);
    this.#absent = new Map(absent.map((name) => [name, mayCount(name)]));
    if (at - this.#lastWentAt < this.#apart) return [];
    return absent.filter((name) => this.#absent.get(name));
  }
}

function atWork({ lockManager, statd }: Pick<Observation, 'lockManager' | 'statd'>): string | null {
  return lockManager === null || statd === null ? null : JSON.stringify([lockManager, statd]);
}
