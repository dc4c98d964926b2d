import { conveyLive, type Owner, type PlacedLines } from '../../convey/index.ts';
import { findProcess } from '../../node/process.ts';
import type { StatdDirectory } from '../../nsm/statd-directory.ts';
import { writeStateFile } from '../../nsm/state-file.ts';
import type { StoredFile } from '../../store/index.ts';

export interface PlaceOptions {
  /** statd's own directory. */
  readonly statd: StatdDirectory;
  readonly owner: Owner;
  /** It says whether this was done, perhaps by a former keeper of the service. */
  readonly placed: PlacedLines;
  /** A number that no client was told yet, durable in the lock store with those that come soon after it. */
  readonly reserve: () => Promise<number>;
  readonly findStatd?: () => Promise<unknown>;
}

/**
 * Conveys records into the live `sm/` for a statd that somebody else starts later. Never while statd runs: it would not see
 * them, and whoever writes there then may take a neighbour's line away. The node's own state number is raised above all
 * that the service's clients were told: on two nodes that were started equally often they would be told the same one
 * twice, which a client takes for no news.
 * @returns null once they are there; before, one sentence.
 */
export async function placeForOthers(
  files: readonly StoredFile[],
  { statd, owner, placed, reserve, findStatd = () => findProcess('rpc.statd') }: PlaceOptions,
): Promise<string | null> {
  if (placed.complete) return null;
  if ((await findStatd()) !== null) {
    return 'records are not conveyed, for rpc.statd runs already; with trigger=none, start it after nfslock';
  }
  // Before the records: whoever goes on after a crash does not place them again.
  await writeStateFile(statd.state, await reserve());
  await conveyLive({ sm: statd.sm, files, owner, placed });
  return null;
}
