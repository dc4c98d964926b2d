/** One thing that happened in the lock client; `at` is in milliseconds of the clock. */
export interface LoggedEvent {
  readonly at: number;
  readonly event: string;
  readonly [fact: string]: unknown;
}

/** What happened, in order: printed as one line of JSON each, and kept for whoever asks. */
export class EventLog {
  readonly #events: LoggedEvent[] = [];
  readonly #print: (line: string) => void;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  add(event: string, facts: Readonly<Record<string, unknown>> = {}): void {
    const logged = { at: Date.now(), event, ...facts };
    this.#events.push(logged);
    this.#print(`${JSON.stringify(logged)}\n`);
  }

  /** The events from index `first` on. */
  from(first: number): readonly LoggedEvent[] {
    return this.#events.slice(first);
  }
}
