import { randomXids, type Transport } from '../../rpc/index.ts';
import type { NotifyTarget, Outcome } from './types.ts';
import type { Question } from './window.ts';

/** A question to one client: where its statd listens, or SM_NOTIFY itself. */
export interface Ask extends Question {
  readonly xid: number;
  readonly client: Client;
  /** Which port rpcbind is asked for, or the index of the announcement that is sent. */
  readonly about: Transport | number;
  /** Where it goes: the client's address, and rpcbind's or statd's port there. */
  address: string;
  port: number;
}

/** What the notifier knows of one client; small, because there may be tens of thousands. */
export class Client {
  readonly target: NotifyTarget;
  /** Where it may be reached. */
  addresses: string[];
  /** Which of them is being tried. */
  turn = 0;
  /** How often it has been tried, this time included. */
  tries = 0;
  /** The try in which the names were sent last. */
  toldIn = 0;
  /** Indices of the announcements that it has not answered. */
  unanswered: readonly number[];
  /** What went wrong with this try over UDP, and with the last one over TCP. */
  verdict: Outcome | undefined;
  tcpVerdict: Outcome | undefined;
  /** The failure that was reported last. */
  reported: Outcome | undefined;
  /** Whether a conversation over TCP, or a look-up, is waiting or going on. */
  tcp = false;
  lookingUp = false;
  /** Whether a look-up has found an address. */
  lookedUp = false;
  /** Every question asked so far: a late answer is still an answer. */
  asks: Ask[] = [];

  constructor(target: NotifyTarget, addresses: string[], announcements: readonly number[]) {
    this.target = target;
    this.addresses = addresses;
    this.unanswered = announcements;
  }

  get done(): boolean {
    return this.unanswered.length === 0;
  }

  /** The address being tried; empty where none is known. */
  get address(): string {
    return this.addresses[this.turn % this.addresses.length] ?? '';
  }
}

/** The questions that are out, by transaction id. */
export class AskTable {
  readonly #asks = new Map<number, Ask>();
  readonly #nextXid = randomXids();

  /** rpcbind's question for the port of a transport, the same one however often this address is asked. */
  forPort(client: Client, about: Transport, address: string, port: number): Ask {
    const known = client.asks.find((ask) => ask.about === about && ask.address === address);
    return known ?? this.#add(client, about, address, port);
  }

  /** SM_NOTIFY for one name, the same question however often and wherever it is sent. */
  forName(client: Client, about: number, address: string, port: number): Ask {
    const ask = client.asks.find((known) => known.about === about) ?? this.#add(client, about, address, port);
    ask.address = address;
    ask.port = port;
    return ask;
  }

  find(xid: number): Ask | undefined {
    return this.#asks.get(xid);
  }

  /** Nothing more is expected from this client. */
  forget(client: Client): void {
    for (const { xid } of client.asks) this.#asks.delete(xid);
    client.asks = [];
  }

  #add(client: Client, about: Ask['about'], address: string, port: number): Ask {
    let xid = this.#nextXid();
    // They repeat themselves, and an answer must not be taken for another client's.
    while (this.#asks.has(xid)) xid = this.#nextXid();
    const ask: Ask = {
      xid,
      client,
      about,
      address,
      port,
      sentAt: 0,
      sends: 0,
      held: false,
    };
    this.#asks.set(ask.xid, ask);
    client.asks.push(ask);
    return ask;
  }
}
