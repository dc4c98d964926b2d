import type { LoggedEvent } from '../../node/event-file.ts';

/** What a keeper wrote down of one recovery. */
export interface RecoveryEvents {
  /** Oldest first; empty: nothing is known. */
  readonly events: readonly LoggedEvent[];
  /** Whether the beginning is among them: the file is bounded. */
  readonly whole: boolean;
}

/**
 * The events of the recovery that the ledger of this epoch is about: those since the service was adopted or its lock
 * manager restarted. A keeper that went on in place began an epoch, and no recovery.
 */
export function lastRecovery(events: readonly LoggedEvent[], epoch: number): RecoveryEvents {
  const adopted = events.filter(({ event }) => event === 'adopted');
  const newest = adopted.at(-1);
  if (newest !== undefined && newest.facts.epoch !== epoch) return { events: [], whole: false };
  const begun = events.findLastIndex(beginsRecovery);
  return begun < 0 ? { events, whole: false } : { events: events.slice(begun), whole: true };
}

function beginsRecovery({ event, facts }: LoggedEvent): boolean {
  return event === 'lock-manager-restarted' || (event === 'adopted' && facts.inPlace !== true);
}
