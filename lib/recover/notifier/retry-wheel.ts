/** Width of a slot, milliseconds. */
const SLOT = 50;
const SLOTS = 128;

/** The longest delay that the wheel can hold, milliseconds. */
export const LONGEST_DELAY = SLOT * (SLOTS - 2);

/** Things to come back to after a while, however many: constant cost for each (a timing wheel). */
export class RetryWheel<T> {
  readonly #slots: T[][] = Array.from({ length: SLOTS }, () => []);
  #turned: number;
  size = 0;

  constructor(now: number) {
    this.#turned = Math.floor(now / SLOT);
  }

  /** @param delay milliseconds, at most LONGEST_DELAY; it is kept to within one slot. */
  add(item: T, now: number, delay: number): void {
    const due = Math.max(Math.ceil((now + delay) / SLOT), this.#turned + 1);
    (this.#slots[due % SLOTS] as T[]).push(item);
    this.size += 1;
  }

  /** Takes out everything that is due. */
  take(now: number): T[] {
    const until = Math.floor(now / SLOT);
    const due: T[][] = [];
    for (const stop = Math.min(until, this.#turned + SLOTS); this.#turned < stop; ) {
      this.#turned += 1;
      due.push((this.#slots[this.#turned % SLOTS] as T[]).splice(0));
    }
    this.#turned = until;
    const items = due.flat();
    this.size -= items.length;
    return items;
  }

  /** Milliseconds until something may be due, or undefined where nothing waits. */
  waits(now: number): number | undefined {
    if (this.size === 0) return undefined;
    let next = this.#turned + 1;
    while (this.#slots[next % SLOTS]?.length === 0) next += 1;
    return Math.max(0, next * SLOT - now);
  }
}
