/** A client's first lock, which the lock manager would have granted at a moment: milliseconds since 1970. */
export interface Grant {
  readonly client: string;
  readonly at: number;
}

/** What one way of keeping records lost in one kill. */
export interface Loss {
  /** Clients with a lock and without a record. */
  readonly clients: number;
  /** How long before the kill the first of them had been granted its lock, milliseconds to a tenth; 0: nobody is lost. */
  readonly window: number;
  /** Whether all of them came after everybody who was kept: what is lost is the end, and there are no holes. */
  readonly atTheEnd: boolean;
}

/**
 * Compares what was granted with what was kept.
 * @param grants in the order in which they were given
 * @param killedAt milliseconds since 1970
 */
export function lossOf(grants: readonly Grant[], kept: ReadonlySet<string>, killedAt: number): Loss {
  const lost = grants.filter(({ client }) => !kept.has(client));
  const [first] = lost;
  if (first === undefined) return { clients: 0, window: 0, atTheEnd: true };
  const tail = grants.slice(grants.indexOf(first));
  return {
    clients: lost.length,
    // An answer that was on its way when the node died counts: the client has its lock.
    window: Math.round(Math.max(0, killedAt - first.at) * 10) / 10,
    atTheEnd: tail.length === lost.length,
  };
}
