import type { Resolver } from '../../node/resolver.ts';
import type { Announcement } from '../announcements.ts';
import type { Clock } from './clock.ts';

/** A client that is to be told. */
export interface NotifyTarget {
  /** How the caller knows the client. */
  readonly client: string;
  /** Literal addresses from the client's record, best first; they need no look-up. */
  readonly addresses: readonly string[];
  /** Host names from the record, looked up where no literal address answers. */
  readonly hostNames: readonly string[];
}

/** What became of telling one client one name. */
export type Outcome =
  /** The client's statd answered: it has decoded the message. */
  | 'answered'
  /** Nothing came back yet. */
  | 'unanswered'
  /** rpcbind answered, but no statd is registered with it. */
  | 'unregistered'
  /** No address is known, and no host name could be looked up. */
  | 'unresolved'
  /** No route, or no floating address of the client's address family. */
  | 'unreachable'
  /** The client's host or its statd refused. */
  | 'refused';

export interface NotifyResult {
  readonly client: string;
  /** The announced name. */
  readonly name: string;
  readonly outcome: Outcome;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** How often this client has been tried so far. */
  readonly attempts: number;
  /** The client's address that this is about. */
  readonly address: string | null;
  readonly transport: 'udp' | 'tcp' | null;
}

export interface NotifySummary {
  /** Clients that were taken up before the run ended. */
  readonly clients: number;
  /** Clients that answered every announced name. */
  readonly told: number;
  /** Clients by what was last known of them; those told are the answered ones. */
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Datagrams sent and received. */
  readonly sent: number;
  readonly received: number;
  /** Conversations over TCP that were begun. */
  readonly tcp: number;
}

export interface NotifyOptions {
  /** In the order in which they are to be told. */
  readonly targets: Iterable<NotifyTarget>;
  /** Every client has to answer each of these names. */
  readonly announcements: readonly Announcement[];
  /** The NSM state number that the service has now: odd, durable already. */
  readonly stateNumber: number;
  /** Local port of everything that is sent; 0: any free privileged one. */
  readonly sourcePort: number;
  /** Ends the run. */
  readonly signal: AbortSignal;
  /** Called with the answer to each name, once, and with failures whenever they change. */
  onResult(result: NotifyResult): void;
  /** Called when a client has answered every name, and with failures whenever they change. */
  onClient?(client: string, outcome: Outcome): void;
  readonly resolver: Resolver;
  readonly clock?: Clock;
  /** Where clients' rpcbind listens; 111 but in tests. */
  readonly rpcbindPort?: number;
}
