/** Which journal of a store: its epoch, and its generation within the epoch, both counted from 1. */
export interface JournalId {
  readonly epoch: number;
  readonly generation: number;
}

/** `epoch-00000007.0001.journal`: in an `ls` the newest journal comes last. */
export function journalName(id: JournalId): string {
  const epoch = String(id.epoch).padStart(8, '0');
  return `epoch-${epoch}.${String(id.generation).padStart(4, '0')}.journal`;
}

/** The journal that a file name stands for; undefined: none. */
export function parseJournalName(name: string): JournalId | undefined {
  const [, epoch, generation] = /^epoch-(\d{8,12})\.(\d{4,12})\.journal$/.exec(name) ?? [];
  return epoch && generation ? { epoch: Number(epoch), generation: Number(generation) } : undefined;
}
