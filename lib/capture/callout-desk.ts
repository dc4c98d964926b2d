import { sentenceOf } from '../fault.ts';
import type { Log } from '../node/event-log.ts';
import { clientName } from '../nsm/client-name.ts';
import type { CalloutDoor } from './callout-door.ts';
import { readFifo, writeFifo } from './callout-fifo.ts';
import {
  type CalledClient,
  type CalloutRequest,
  formatCalloutAnswer,
  parseCalloutRequest,
} from './callout-line.ts';
import { CalloutSpool } from './callout-spool.ts';

export interface CalloutDeskOptions {
  readonly door: CalloutDoor;
  /**
   * Makes the records of these clients durable; of none: of all that are in `sm/`.
   * @returns whether they are, in a store that is ours.
   */
  readonly record: (clients: readonly CalledClient[]) => Promise<boolean>;
  readonly log: Log;
}

/** statd asks for one client at a time: of more than this, most gave up long ago. */
const UNDER_WAY_LIMIT = 64;

/** The keeper's side of the statd callout: answers it, and works off what it left in the spool. */
export class CalloutDesk {
  readonly #options: CalloutDeskOptions;
  readonly #spool: CalloutSpool;
  readonly #requests: { close(): void };
  /** Client names to what is not durable yet; null: the callout did not pass the name on. */
  readonly #spooled = new Map<string, { readonly client: CalledClient | null }>();
  #underWay = 0;
  #working = false;
  #closed = false;

  /** @throws what readFifo() throws; then nothing is open. */
  constructor(options: CalloutDeskOptions) {
    this.#options = options;
    this.#spool = new CalloutSpool(options.door);
    this.#requests = readFifo(options.door.request, (line) => {
      const request = parseCalloutRequest(line);
      if (request !== null && this.#underWay < UNDER_WAY_LIMIT) void this.#serve(request);
    });
  }

  /** Whether the callout waits for us now; null: that cannot be said, its directory is gone. */
  get armed(): boolean | null {
    try {
      return this.#spool.armed;
    } catch {
      return null;
    }
  }

  /** Clients that got their locks without our being waited for, and are not known to be durable. */
  get unprotected(): readonly string[] {
    try {
      this.#take();
    } catch {
      // Its directory is gone: what was read before is all that can be known.
    }
    return [...this.#spooled.keys()];
  }

  /** Works off the spool, if there is anything in it, and lets the callout wait for us again. Never rejects. */
  async workOff(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    try {
      while (!this.#closed && this.#isDue() && (await this.#workOffOnce()));
    } catch (error) {
      this.#options.log('callout-spool-failed', { reason: sentenceOf(error) });
    }
    this.#working = false;
  }

  /** Answers nobody any more, nor has anybody wait for that. */
  close(): void {
    this.#closed = true;
    try {
      this.#spool.disarm();
    } catch {
      // Its directory is gone: nobody can ask.
    }
    this.#requests.close();
  }

  async #serve({ ticket, client }: CalloutRequest): Promise<void> {
    this.#underWay += 1;
    const durable = await this.#record(client === null ? [] : [client]);
    this.#underWay -= 1;
    if (!durable || this.#closed) return;
    writeFifo(this.#options.door.answer, formatCalloutAnswer(ticket));
    // We may have been too late: each client that comes until we are waited for again is unprotected for a while.
    if (this.armed === false) await this.workOff();
  }

  #isDue(): boolean {
    return !this.#spool.armed || this.#spool.behind || this.#spooled.size > 0;
  }

  /** @returns whether what was spooled is durable now. */
  async #workOffOnce(): Promise<boolean> {
    this.#take();
    const batch = [...this.#spooled];
    const clients = batch.flatMap(([, { client }]) => client ?? []);
    if (clients.length < batch.length || clients.length === 0) {
      if (!(await this.#record([]))) return false;
    }
    if (clients.length > 0 && !(await this.#record(clients))) return false;
    for (const [name, spooled] of batch) {
      if (this.#spooled.get(name) === spooled) this.#spooled.delete(name);
    }
    // In this order: the callout spools and then looks whether it is armed by now. One of us two sees the other.
    this.#spool.arm();
    if (!this.#spool.behind) this.#spool.empty();
    if (batch.length > 0) this.#options.log('callout-resumed', { clients: batch.length });
    return true;
  }

  #take(): void {
    for (const request of this.#spool.read()) {
      const client = request?.client ?? null;
      this.#spooled.set(client === null ? '?' : clientName(client.monName), { client });
    }
  }

  async #record(clients: readonly CalledClient[]): Promise<boolean> {
    try {
      return await this.#options.record(clients);
    } catch (error) {
      this.#options.log('callout-failed', { reason: sentenceOf(error) });
      return false;
    }
  }
}
