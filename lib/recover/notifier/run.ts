import { setMaxListeners } from 'node:events';
import { Limiter } from '../../limiter.ts';
import { encodeStatusChange, STATUS_MONITOR } from '../../nsm/sm-notify.ts';
import { RPCBIND_PORT, type RpcCall, type Transport } from '../../rpc/index.ts';
import { answerTo } from './answer.ts';
import { candidatesAmong, familyOf } from './candidates.ts';
import { type Ask, AskTable, Client } from './client.ts';
import type { Clock } from './clock.ts';
import { Messages } from './messages.ts';
import { Pacer } from './pacer.ts';
import { Reports } from './reports.ts';
import { LONGEST_DELAY } from './retry-wheel.ts';
import type { Sources } from './sources.ts';
import { tellOverTcp } from './tell-over-tcp.ts';
import type { NotifyOptions, NotifySummary, NotifyTarget } from './types.ts';

/** Milliseconds from the first, second and third try of a client to the next, and from any later one. */
const DELAYS = [500, 1000, 2000] as const;
const LAST_DELAY = 2500;
/** Dead clients that are tried again in a millisecond, at most: where there are more, each waits longer. */
const RETRIES_PER_MILLISECOND = 8;
/** After so many tries without an answer over UDP a client is asked over TCP too. */
const TCP_AFTER = 2;
/** Conversations over TCP at the same time, and how many may wait: whoever does not fit is asked next time. */
const TCP_PARALLEL = 256;
const TCP_WAITING = 1024;
/** Look-ups at the same time. */
const LOOK_UPS_PARALLEL = 256;
/** Host names of one client that are looked up. */
const HOST_NAMES_LIMIT = 4;
/** Questions out at the same time; each answer may take this much of the receive buffer until it is read. */
const PLACES = 128;
const ANSWER_BYTES = 2048;

const { program, version, notify } = STATUS_MONITOR;

/** One round of telling clients, from the first datagram until everybody answered or the signal came. */
export class Run {
  readonly #options: NotifyOptions;
  readonly #sources: Sources;
  readonly #rpcbindPort: number;
  readonly #targets: Iterator<NotifyTarget>;
  readonly #calls: readonly RpcCall[];
  /** Indices of all announcements. */
  readonly #all: readonly number[];
  readonly #messages: Messages;
  readonly #reports: Reports;
  readonly #pacer: Pacer;
  readonly #asks = new AskTable();
  readonly #tcp = new Limiter(TCP_PARALLEL);
  readonly #lookUps = new Limiter(LOOK_UPS_PARALLEL);
  readonly #stop = new AbortController();
  #allBegun = false;
  #counts = { sent: 0, received: 0, tcp: 0 };

  constructor(options: NotifyOptions, sources: Sources, clock: Clock) {
    this.#options = options;
    this.#sources = sources;
    this.#rpcbindPort = options.rpcbindPort ?? RPCBIND_PORT;
    this.#targets = options.targets[Symbol.iterator]();
    this.#calls = options.announcements.map(({ name }) => {
      return { program, version, procedure: notify, args: encodeStatusChange(name, options.stateNumber) };
    });
    this.#all = [...this.#calls.keys()];
    this.#messages = new Messages(this.#calls);
    this.#reports = new Reports(options);
    const places = Math.min(PLACES, Math.floor(sources.receiveBuffer / ANSWER_BYTES));
    this.#pacer = new Pacer(clock, places, {
      begin: () => this.#begin(),
      send: (ask) => this.#send(ask),
      over: (client) => this.#over(client),
      again: (client) => this.#try(client),
    });
    setMaxListeners(0, this.#stop.signal);
  }

  /** Tells everybody; resolves when all have answered, or the signal came. */
  async go(): Promise<NotifySummary> {
    const { signal } = this.#options;
    const stop = (): void => this.#stop.abort();
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    else await this.#untilStopped();
    signal.removeEventListener('abort', stop);
    this.#pacer.stop();
    return this.#reports.summary(this.#counts);
  }

  #untilStopped(): Promise<void> {
    return new Promise((resolve) => {
      this.#stop.signal.addEventListener('abort', () => resolve());
      this.#sources.listen((message) => this.#receive(message));
      this.#pacer.wake();
    });
  }

  get #stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  #begin(): boolean {
    if (this.#allBegun) return false;
    const { done, value: target } = this.#targets.next();
    if (done) {
      this.#allBegun = true;
      this.#stopIfAllTold();
      return false;
    }
    const addresses = candidatesAmong(target.addresses, this.#sources.families);
    const client = new Client(target, addresses, this.#all);
    this.#reports.took();
    if (addresses.length > 0) this.#try(client);
    else if (target.hostNames.length > 0) void this.#lookUp(client);
    else this.#reports.failed(client, target.addresses.length > 0 ? 'unreachable' : 'unresolved', null);
    return true;
  }

  #try(client: Client): void {
    client.tries += 1;
    client.verdict = undefined;
    this.#waitFor(client);
    this.#send(this.#asks.forPort(client, 'udp', client.address, this.#rpcbindPort));
  }

  #waitFor(client: Client): void {
    const crowded = Math.min(LONGEST_DELAY, this.#pacer.waiting / RETRIES_PER_MILLISECOND);
    this.#pacer.later(client, DELAYS[client.tries - 1] ?? Math.max(LAST_DELAY, crowded));
  }

  #over(client: Client): void {
    if (client.done) return;
    const { address, tries, verdict } = client;
    if (client.addresses.length === 0) {
      void this.#lookUp(client);
      return;
    }
    this.#reports.failed(client, verdict ?? client.tcpVerdict ?? 'unanswered', 'udp');
    // At tries 1, 2, 4, 8, ...: DNS may come back, but is not to be asked for every dead client all the time.
    if (!client.lookedUp && (tries & (tries - 1)) === 0) void this.#lookUp(client);
    if (tries >= TCP_AFTER && verdict === undefined) void this.#tellOverTcp(client, address, 0);
    client.turn = (client.turn + 1) % client.addresses.length;
    this.#pacer.retry(client);
  }

  #send(ask: Ask): void {
    const { client, about, address, port } = ask;
    const announcement = typeof about === 'string' ? client.unanswered[0] : about;
    // Answered while this question waited for its turn.
    if (announcement === undefined || !client.unanswered.includes(announcement)) return;
    this.#pacer.sent(ask);
    this.#counts.sent += 1;
    this.#sources
      .of(announcement, familyOf(address), client.tries)
      .send(this.#messages.of(ask), address, port);
  }

  #receive(message: Buffer): void {
    this.#counts.received += 1;
    const ask = message.length < 4 ? undefined : this.#asks.find(message.readUInt32BE());
    if (!ask) return;
    this.#pacer.answered(ask);
    const { client, about, address } = ask;
    const answer = answerTo(ask, message);
    if (answer === undefined) return;
    if (answer === 'refused') client.verdict = 'refused';
    else if (answer === 'told') this.#told(client, about as number, address, 'udp');
    else if (answer.port > 0) this.#found(ask, answer.port);
    else if (about === 'udp') this.#pacer.soon(this.#asks.forPort(client, 'tcp', address, this.#rpcbindPort));
    else client.verdict = 'unregistered';
  }

  /** rpcbind named statd's port. */
  #found({ client, about, address }: Ask, port: number): void {
    if (about === 'tcp') {
      void this.#tellOverTcp(client, address, port);
      return;
    }
    if (client.toldIn === client.tries) return;
    client.toldIn = client.tries;
    for (const index of client.unanswered) {
      this.#pacer.soon(this.#asks.forName(client, index, address, port));
    }
  }

  #told(client: Client, announcement: number, address: string, transport: Transport): void {
    if (!client.unanswered.includes(announcement)) return;
    this.#reports.answered(client, announcement, address, transport);
    if (!client.done) return;
    this.#asks.forget(client);
    this.#stopIfAllTold();
  }

  async #tellOverTcp(client: Client, address: string, statdPort: number): Promise<void> {
    if (client.tcp) return;
    // A host whose rpcbind named a TCP port is up: it does not wait behind those that may be dead.
    if (statdPort === 0 && this.#tcp.waiting > TCP_WAITING) return;
    client.tcp = true;
    await this.#tcp.run(() => this.#converse(client, address, statdPort), statdPort > 0);
    client.tcp = false;
  }

  async #converse(client: Client, address: string, statdPort: number): Promise<void> {
    const announcements = client.unanswered;
    const [first] = announcements;
    if (this.#stopped || first === undefined) return;
    this.#counts.tcp += 1;
    const outcome = await tellOverTcp({
      address,
      rpcbindPort: this.#rpcbindPort,
      statdPort,
      localAddress: this.#sources.of(first, familyOf(address), client.tries).address,
      localPort: this.#options.sourcePort || 'privileged',
      calls: announcements.map((index) => this.#calls[index] as RpcCall),
      signal: this.#stop.signal,
    });
    if (this.#stopped) return;
    if (outcome === 'answered') for (const index of announcements) this.#told(client, index, address, 'tcp');
    else client.tcpVerdict = outcome === 'unanswered' ? undefined : outcome;
  }

  async #lookUp(client: Client): Promise<void> {
    const { hostNames } = client.target;
    if (client.lookingUp || hostNames.length === 0) return;
    client.lookingUp = true;
    const { families } = this.#sources;
    const found = await this.#lookUps.run(async () => {
      if (this.#stopped || client.done) return [];
      const names = hostNames.slice(0, HOST_NAMES_LIMIT);
      return Promise.all(names.map((name) => this.#options.resolver.addresses(name, families)));
    });
    client.lookingUp = false;
    if (this.#stopped || client.done) return;
    client.lookedUp = found.flat().length > 0;
    const known = client.addresses.length > 0;
    client.addresses = candidatesAmong([...client.addresses, ...found.flat()], families);
    if (known) return;
    if (client.addresses.length > 0) {
      this.#pacer.retry(client);
      return;
    }
    client.tries += 1;
    this.#reports.failed(client, 'unresolved', null);
    this.#waitFor(client);
    this.#pacer.wake();
  }

  #stopIfAllTold(): void {
    if (this.#allBegun && this.#reports.allTold) this.#stop.abort();
  }
}
