/** rpc.statd's work gets slower with each client that it has, and the clients have to be told first. */
const SHARE = 0.5;
/** What rpc.statd takes to monitor a client, callout and all, where that is not measured, milliseconds (docs/performance.md). */
const TYPICAL = 10;
/** Grace must last for so long however few they are, where a new one does: address and exports come first. Milliseconds. */
const LEAST = 20_000;
/** This part of a full period is as good as a new one: it was opened for a service that arrived a moment ago. */
const NEARLY_FULL = 0.75;

/** Milliseconds of grace for so many clients, each of which takes rpc.statd as long as this, in milliseconds. */
export function graceFor(clients: number, took: number): number {
  return (clients * took) / SHARE;
}

/**
 * Milliseconds that grace must still last not to be opened anew for so many clients.
 * @param full what it would last for then, milliseconds; null: unknown. It is never opened again for more than that gives:
 *   while nfsd's threads are away, a lockd that is kept up is out of grace, and a neighbour's reclaims are refused for good.
 */
export function graceNeeded(clients: number, full: number | null): number {
  if (full === null) return LEAST;
  return Math.min(Math.max(LEAST, graceFor(clients, TYPICAL)), full * NEARLY_FULL);
}
