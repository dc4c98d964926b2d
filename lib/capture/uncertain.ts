import type { Seen } from './examine.ts';
import { isRacy } from './place.ts';

/** What was read too early is read again after this time at the latest, in ms, however many clients come. */
const UNCERTAIN_FOR = 3000;

/** Names in `sm/` that were read too early to be certain of what is in them, so that another look is due without any event. */
export class Uncertain {
  /** Read in the very moment in which they changed; the one that was examined longest ago first. */
  readonly #racy = new Map<string, Seen>();
  /** Half-written. */
  readonly #unready = new Map<string, Seen>();

  /** Takes up what has just been found under a name. */
  examined(name: string, seen: Seen): void {
    this.drop(name);
    if (seen.certainty === 'racy') this.#racy.set(name, seen);
    else if (seen.certainty !== 'settled') this.#unready.set(name, seen);
  }

  drop(name: string): void {
    this.#racy.delete(name);
    this.#unready.delete(name);
  }

  /** Whether a file is being written just now. */
  get writing(): boolean {
    return [...this.#unready.values()].some(({ certainty }) => certainty === 'writing');
  }

  /** Whether another look can make one of them certain. */
  get restless(): boolean {
    return this.#racy.size > 0 || this.writing;
  }

  /**
   * Names to look at again, but for those that would be as uncertain as they are.
   * @param busy whether clients come just now: those that are only to be made certain of wait for one another then, so that
   * no new client waits for them.
   */
  due(busy: boolean, now = Date.now()): string[] {
    const [longest] = this.#racy.values();
    const patient = longest !== undefined && longest.changedAt > now - UNCERTAIN_FOR;
    const racy = busy && patient ? [] : [...this.#racy];
    return [
      ...this.#unready.keys(),
      ...racy.flatMap(([name, { changedAt }]) => (isRacy(changedAt, now) ? [] : [name])),
    ];
  }
}
