import type { Channel } from './channel.ts';
import { until } from './until.ts';

export interface Finished {
  /** Exit status; negative when a signal ended it; null when the node ended first. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process on a node, with its streams. */
export class GuestProcess {
  readonly #channel: Channel;
  readonly #id: number;
  readonly #name: string;
  #stdout = '';
  #stderr = '';
  #read = 0;
  #resolve: (finished: Finished) => void = () => {};
  #ended = false;

  /** Resolves when it has ended and all its output is here. */
  readonly finished: Promise<Finished>;

  constructor(channel: Channel, id: number, name: string) {
    this.#channel = channel;
    this.#id = id;
    this.#name = name;
    this.finished = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get ended(): boolean {
    return this.#ended;
  }

  write(text: string): void {
    this.#channel.tell({ id: this.#id, in: text });
  }

  closeInput(): void {
    this.#channel.tell({ id: this.#id, eof: true });
  }

  /** Signals its whole process group, SIGKILL unless told otherwise. */
  signal(number = 9): void {
    this.#channel.tell({ id: this.#id, signal: number });
  }

  /** The next whole line of its standard output that was not taken yet. */
  async nextLine(timeout = 90_000): Promise<string> {
    const whole = () => this.#stdout.indexOf('\n', this.#read);
    await until(async () => whole() >= 0 || this.#ended, {
      what: `a line from ${this.#name}`,
      timeout,
      every: 10,
    });
    const end = whole();
    if (end < 0) throw new Error(`${this.#name} ended: ${this.#stderr.trim()}`);
    const line = this.#stdout.slice(this.#read, end);
    this.#read = end + 1;
    return line;
  }

  /** For the node: what came over the serial line. */
  hear(message: { out?: string; err?: string; exit?: number | null }): void {
    this.#stdout += message.out ?? '';
    this.#stderr += message.err ?? '';
    if (message.exit === undefined) return;
    this.#ended = true;
    this.#resolve({ code: message.exit, stdout: this.#stdout, stderr: this.#stderr });
  }
}
