import { countClients } from '../../keeper/client-counts.ts';
import type { ClientCounts } from '../../keeper/index.ts';
import type { LoggedEvent } from '../../node/event-file.ts';
import { printable } from '../../printable.ts';
import type { LedgerEntry, StoreState } from '../../store/index.ts';
import { lastRecovery } from './last-recovery.ts';

/** What happened to one client, and when. */
export interface ClientStep {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What came of telling it (`answered`, `unanswered`, ...), or `back` or `missed`. */
  readonly what: string;
}

/** One client of a recovery: what the ledger says, and the steps as far as they are known. */
export interface ClientStory extends LedgerEntry {
  readonly steps: readonly ClientStep[];
}

/** The last recovery of a service. This is its JSON, too. */
export interface RecoveryReport {
  readonly service: string;
  readonly sharedDir: string | null;
  /** `none`: nobody had to be told in this epoch. `broken-off`: the service left before it had ended. */
  readonly state: 'none' | 'running' | 'broken-off' | 'ended';
  readonly owner: { readonly node: string; readonly epoch: number; readonly since: number };
  /** The node that had the service before; null: not known. */
  readonly from: string | null;
  /** Milliseconds since 1970; `ended` null: not yet, or not known. */
  readonly begun: number;
  readonly ended: number | null;
  /** How it ended, in the keeper's word; null: not known. */
  readonly end: string | null;
  /** The NSM state number that was announced last. */
  readonly stateNumber: number | null;
  /** The names that were announced. */
  readonly names: readonly string[];
  readonly counts: ClientCounts;
  /** Those whose locks may be lost first. */
  readonly clients: readonly ClientStory[];
  /** What happened to the service, oldest first; who was told and is back is with the clients. */
  readonly timeline: readonly LoggedEvent[];
  /** What the node's event log still holds of it. */
  readonly eventLog: 'whole' | 'partial' | 'none';
}

/** Joins what a lock store says with what its node wrote down. @param logged all of the service's events */
export function recoveryReport(
  sharedDir: string,
  state: StoreState,
  logged: readonly LoggedEvent[],
): RecoveryReport {
  const { events, whole } = lastRecovery(logged, state.epoch);
  const steps = stepsOf(events);
  const clients = [...state.ledger.values()].map((entry) => story(entry, steps));
  const timeline = events.filter(isOfService);
  const ending = events.findLast(({ event }) => event === 'recovery-ended');
  const begin = whole ? events[0] : undefined;
  return {
    ...{ service: state.service, sharedDir, state: stateOf(state) },
    owner: { node: state.holder.node, epoch: state.epoch, since: state.since },
    from: text(begin?.facts.from),
    begun: begin?.at ?? state.since,
    ended: ending?.at ?? endedBy(state),
    end: text(ending?.facts.end),
    stateNumber: state.ledger.size === 0 ? null : state.stateNumber,
    names: [...new Set(clients.flatMap(({ names }) => Object.keys(names)))].sort(),
    counts: countClients({ ...state, current: new Map(), inherited: new Map() }),
    clients: clients.sort(byUrgency),
    timeline,
    eventLog: events.length === 0 ? 'none' : whole ? 'whole' : 'partial',
  };
}

/** Not of one client; and how a recovery ended is told once. */
function isOfService({ event, facts }: LoggedEvent): boolean {
  if (event === 'recovery') return facts.end === 'stopped';
  return event !== 'client' && event !== 'back';
}

function stateOf({ ledger, inherited, ended }: StoreState): RecoveryReport['state'] {
  if (ledger.size === 0) return 'none';
  if (inherited.size === 0) return 'ended';
  return ended === null ? 'running' : 'broken-off';
}

/** When the last client was back or missed, where nobody wrote down the end. */
function endedBy(state: StoreState): number | null {
  if (stateOf(state) !== 'ended') return null;
  return [...state.ledger.values()].reduce((latest, { at }) => Math.max(latest, at), 0);
}

/** The log has clients' names as they are printed. */
function stepsOf(events: readonly LoggedEvent[]): Map<string, ClientStep[]> {
  const all = new Map<string, ClientStep[]>();
  for (const { at, event, facts } of events) {
    if (event !== 'client' && event !== 'back') continue;
    const client = String(facts.client);
    const steps = all.get(client) ?? [];
    all.set(client, steps);
    steps.push({ at, what: event === 'back' ? 'back' : String(facts.outcome) });
  }
  return all;
}

function story(entry: LedgerEntry, all: ReadonlyMap<string, readonly ClientStep[]>): ClientStory {
  const steps = all.get(printable(entry.client)) ?? [];
  const last = entry.phase === 'back' || entry.phase === 'missed' ? entry.phase : null;
  if (last === null || steps.some(({ what }) => what === last)) return { ...entry, steps };
  return { ...entry, steps: [...steps, { at: entry.at, what: last }] };
}

/** Who comes first: whose locks may be lost, then of whom that is not known yet, then all others; each by name. */
function byUrgency(one: ClientStory, other: ClientStory): number {
  return urgency(one) - urgency(other) || one.client.localeCompare(other.client);
}

function urgency({ phase }: ClientStory): number {
  if (phase === 'missed') return 0;
  return phase === 'back' || phase === 'present' ? 2 : 1;
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
