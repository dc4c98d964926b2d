/** One look at `sm/`, and who was at work at that moment. */
export interface Observation {
  /** Names that were seen in `sm/` and are neither there nor in `sm.bak/`: all of them, each time. */
  readonly absent: Iterable<string>;
  /** How many known names are in `sm/`. */
  readonly present: number;
  /** Whether the lock manager that is at work has had statd monitor a client since the last observation. */
  readonly monitored: boolean;
  /** Whether statd has answered since the observation before: one that hangs drops nobody, and then goes on doing so. */
  readonly answering: boolean;
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

const APART = 15_000;
const SETTLING = 15_000;

/** A name that is absent. */
interface Absence {
  /** When it was found so first. */
  readonly since: number;
  readonly mayCount: boolean;
}

/**
 * Says which removals from `sm/` count: those of clients that were unmonitored while everything was healthy.
 * statd deletes and re-creates files, a clean stop of lockd on newer kernels unmonitors every client, NFS-Ganesha
 * does so shortly after it starts: none of that means that a client has given up its locks.
 *
 * A name counts when it was absent in two observations far enough apart, and in all between, with the same lock
 * manager and statd at work all the time, and when it is certain that the lock manager was not stopping when it went.
 * One that stops gives up one client after the other, for as long as it takes, and takes on no new ones: lockd does it
 * under the lock that it needs to look up a client (Linux, fs/lockd/host.c, nlm_host_mutex), NFS-Ganesha when it
 * listens no more. So it was not if it has a client monitored well after that, or if nobody else goes for a while.
 * The first is for a node where clients come and go all the time, the second for one where nobody comes; and there nobody
 * goes either while statd hangs, so it must have answered shortly before.
 *
 * What was gone when lock manager or statd changed, or went soon after, never counts until it has been there again; and
 * "soon" lasts until clients come, or nobody goes: NFS-Ganesha has statd drop all clients in one call, and statd
 * answers nobody else until that is done. From stop on, nothing counts. Nor does what went with more than half of all at
 * once, which is no client's doing: a directory was wiped, or a lock manager has just given up the last one.
 *
 * A record that is kept too long costs a notification to a client that has nothing to reclaim; one that is dropped too
 * early costs a lock.
 */
export class RemovalJudge {
  readonly #apart: number;
  readonly #settling: number;
  #atWork: string | null;
  #changedAt = Number.NEGATIVE_INFINITY;
  #settled = true;
  #stopped = false;
  /** The names that were absent last. */
  #absent = new Map<string, Absence>();
  #lastWentAt = Number.NEGATIVE_INFINITY;
  #observedAt = Number.NEGATIVE_INFINITY;
  /** The last client that came did so after this. */
  #cameAfter = Number.NEGATIVE_INFINITY;

  constructor({ apart = APART, settling = SETTLING, initial }: JudgeOptions = {}) {
    this.#apart = apart;
    this.#settling = settling;
    this.#atWork = initial === undefined ? null : atWork(initial);
  }

  /** @returns the names whose removal counts; the caller drops them, and they come in no later observation */
  observe(observation: Observation): string[] {
    const { at } = observation;
    const absent = [...observation.absent];
    const wentNow = absent.filter((name) => !this.#absent.has(name)).length;
    if (wentNow > 0) this.#lastWentAt = at;
    const healthy = this.#isHealthy(observation) && wentNow <= observation.present;
    const before = this.#absent;
    this.#absent = new Map(
      absent.map((name) => {
        const { since, mayCount } = before.get(name) ?? { since: at, mayCount: true };
        return [name, { since, mayCount: mayCount && healthy }];
      }),
    );
    if (!observation.answering) return [];
    return absent.filter((name) => this.#counts(this.#absent.get(name) as Absence, at));
  }

  #isHealthy(observation: Observation): boolean {
    const { at, monitored } = observation;
    this.#stopped ||= observation.stopping;
    const now = atWork(observation);
    const changed = now === null || now !== this.#atWork;
    this.#atWork = now;
    if (changed) {
      this.#changedAt = at;
      this.#settled = false;
    } else if (monitored) {
      // He came since the last observation, nobody knows when.
      this.#cameAfter = this.#observedAt;
    }
    this.#observedAt = at;
    const quietSince = Math.max(this.#changedAt, this.#lastWentAt);
    this.#settled ||= Math.max(at - quietSince, this.#cameAfter - this.#changedAt) >= this.#settling;
    return this.#settled && !this.#stopped;
  }

  #counts({ since, mayCount }: Absence, at: number): boolean {
    if (!mayCount || at - since < this.#apart) return false;
    return at - this.#lastWentAt >= this.#apart || this.#cameAfter - since >= this.#apart;
  }
}

function atWork({ lockManager, statd }: Pick<Observation, 'lockManager' | 'statd'>): string | null {
  return lockManager === null || statd === null ? null : JSON.stringify([lockManager, statd]);
}
