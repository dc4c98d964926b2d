import { Fifo } from './fifo.ts';

/** Runs at most so many tasks at once; the others wait in line, urgent ones before the rest. */
export class Limiter {
  readonly #limit: number;
  readonly #urgent = new Fifo<() => void>();
  readonly #waiting = new Fifo<() => void>();
  #running = 0;

  /** @param limit how many tasks may run at the same time. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many tasks wait in line. */
  get waiting(): number {
    return this.#urgent.length + this.#waiting.length;
  }

  /** Runs the task when its turn comes; settles as the task does. */
  async run<T>(task: () => Promise<T>, urgent = false): Promise<T> {
    if (this.#running >= this.#limit) {
      await new Promise<void>((go) => (urgent ? this.#urgent : this.#waiting).push(go));
    } else {
      this.#running += 1;
    }
    try {
      return await task();
    } finally {
      // Whoever is next takes over this place, so the count changes only where nobody waits.
      const next = this.#urgent.shift() ?? this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}
