import { Fifo } from '../../fifo.ts';
import type { Ask, Client } from './client.ts';
import type { Clock } from './clock.ts';
import { RetryWheel } from './retry-wheel.ts';
import { Window } from './window.ts';

/** Datagrams sent in one turn of the event loop, which then reads: Node reads 32 in a turn. */
const BURST = 32;

/** What the pacer lets happen; each sends one datagram or none. */
export interface Paced {
  /** Begins with the next client; false where there is none left. */
  begin(): boolean;
  send(ask: Ask): void;
  /** A client's time to answer is over. */
  over(client: Client): void;
  again(client: Client): void;
}

/**
 * Decides when the next datagram leaves, so that answers never overflow the socket's receive buffer: small
 * bursts, a window of unanswered questions, and first tries before anything that the dead cost.
 */
export class Pacer {
  readonly #clock: Clock;
  readonly #window: Window;
  readonly #paced: Paced;
  readonly #wheel: RetryWheel<Client>;
  /** Questions to clients that answered just now, clients that have not in time, and those to be tried again. */
  readonly #next = new Fifo<Ask>();
  readonly #late = new Fifo<Client>();
  readonly #retries = new Fifo<Client>();
  #cancel: (() => void) | undefined;
  #awake = false;

  /** @param places how many questions may be out at the same time. */
  constructor(clock: Clock, places: number, paced: Paced) {
    this.#clock = clock;
    this.#window = new Window(places);
    this.#wheel = new RetryWheel(clock.now());
    this.#paced = paced;
  }

  /** How many clients wait for their time to be over. */
  get waiting(): number {
    return this.#wheel.size;
  }

  /** Sends this question as soon as there is room. */
  soon(ask: Ask): void {
    this.#next.push(ask);
    this.wake();
  }

  /** Tries this client again when there is room and no client waits for its first try. */
  retry(client: Client): void {
    this.#retries.push(client);
    this.wake();
  }

  /** Says `over` of this client after so many milliseconds, when no client waits for its first try. */
  later(client: Client, delay: number): void {
    this.#wheel.add(client, this.#clock.now(), delay);
  }

  sent(ask: Ask): void {
    this.#window.sent(ask, this.#clock.now());
  }

  answered(ask: Ask): void {
    this.#window.answered(ask, this.#clock.now());
    this.wake();
  }

  /** Looks for work in the event loop's next turn. */
  wake(): void {
    if (!this.#awake) this.#sleep(0);
  }

  stop(): void {
    this.#cancel?.();
    this.#awake = true;
  }

  #sleep(milliseconds: number): void {
    this.#cancel?.();
    this.#awake = milliseconds === 0;
    this.#cancel = this.#clock.after(milliseconds, () => this.#turn());
  }

  #turn(): void {
    this.#awake = true;
    const now = this.#clock.now();
    for (const client of this.#wheel.take(now)) this.#late.push(client);
    let burst = BURST;
    let busy = true;
    while (busy && burst > 0 && this.#window.hasRoom(now)) {
      busy = this.#step();
      burst -= 1;
    }
    const wheel = this.#wheel.waits(now);
    if (busy && burst === 0) this.#sleep(0);
    else if (busy) this.#sleep(Math.min(Math.max(1, this.#window.waits(now)), wheel ?? 1000));
    else this.#sleep(wheel ?? 1000);
  }

  #step(): boolean {
    const ask = this.#next.shift();
    if (ask) {
      this.#paced.send(ask);
      return true;
    }
    if (this.#paced.begin()) return true;
    const late = this.#late.shift();
    if (late) {
      this.#paced.over(late);
      return true;
    }
    const client = this.#retries.shift();
    if (client) this.#paced.again(client);
    return client !== undefined;
  }
}
