import type { Guest } from '../../scripts/kernel-lab/index.ts';
import { type NfsService, storeOf } from './service.ts';

/** What a client's ledger entry says. */
export interface Entry {
  readonly phase: string;
  /** The state number that it was told last; null: none. */
  readonly number: number | null;
}

/** The entry of a client, as the lock store of a service has it; undefined: none. */
export async function entryOf(
  service: NfsService,
  client: Guest,
  server: Guest,
): Promise<(Entry & { readonly client: string }) | undefined> {
  const answer = await server.sh(`lockferry clients --json --shared-dir ${storeOf(service)}`);
  const { services } = JSON.parse(answer) as { services: { clients: (Entry & { client: string })[] }[] };
  // by its name where the server can resolve that
  const names = [client.name, client.ip];
  return services[0]?.clients.find((each) => names.includes(each.client));
}
