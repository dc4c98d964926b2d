import type { Announcement } from '../announcements.ts';
import type { Client } from './client.ts';
import type { NotifyOptions, NotifyResult, NotifySummary, Outcome } from './types.ts';

type Transport = NotifyResult['transport'];

/** Tells the caller what became of each client and name, each answer once and a failure when it changes. */
export class Reports {
  readonly #announcements: readonly Announcement[];
  readonly #options: Pick<NotifyOptions, 'onResult' | 'onClient'>;
  readonly #outcomes: Record<Outcome, number> = {
    answered: 0,
    unanswered: 0,
    unregistered: 0,
    unresolved: 0,
    unreachable: 0,
    refused: 0,
  };
  #clients = 0;

  constructor(options: Pick<NotifyOptions, 'announcements' | 'onResult' | 'onClient'>) {
    this.#announcements = options.announcements;
    this.#options = options;
  }

  get allTold(): boolean {
    return this.#outcomes.answered === this.#clients;
  }

  /** A client was taken up. */
  took(): void {
    this.#clients += 1;
  }

  /** A name was answered for the first time. */
  answered(client: Client, announcement: number, address: string, transport: Transport): void {
    client.unanswered = client.unanswered.filter((index) => index !== announcement);
    this.#result(client, announcement, 'answered', address, transport);
    if (!client.done) return;
    this.#count(client, 'answered');
    this.#options.onClient?.(client.target.client, 'answered');
  }

  /** All that the client has not answered has come to this. */
  failed(client: Client, outcome: Outcome, transport: Transport): void {
    if (client.reported === outcome) return;
    this.#count(client, outcome);
    const address = client.address || null;
    for (const index of client.unanswered) this.#result(client, index, outcome, address, transport);
    this.#options.onClient?.(client.target.client, outcome);
  }

  summary(counts: Pick<NotifySummary, 'sent' | 'received' | 'tcp'>): NotifySummary {
    const { answered, ...failures } = this.#outcomes;
    const failed = Object.values(failures).reduce((sum, count) => sum + count, 0);
    // A client of which nothing is known yet has not answered.
    const unanswered = failures.unanswered + this.#clients - answered - failed;
    return { clients: this.#clients, told: answered, outcomes: { ...this.#outcomes, unanswered }, ...counts };
  }

  #count(client: Client, outcome: Outcome): void {
    if (client.reported) this.#outcomes[client.reported] -= 1;
    this.#outcomes[outcome] += 1;
    client.reported = outcome;
  }

  #result(
    client: Client,
    index: number,
    outcome: Outcome,
    address: string | null,
    transport: Transport,
  ): void {
    const { name } = this.#announcements[index] as Announcement;
    const { client: id } = client.target;
    this.#options.onResult({
      client: id,
      name,
      outcome,
      at: Date.now(),
      attempts: client.tries,
      address,
      transport,
    });
  }
}
