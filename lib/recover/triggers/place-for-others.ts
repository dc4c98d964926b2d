import { conveyLive, type Owner, type PlacedLines } from '../../convey/index.ts';
import { findProcess } from '../../node/process.ts';
import type { StoredFile } from '../../store/index.ts';

export interface PlaceOptions {
  /** statd's `sm/`. */
  readonly sm: string;
  readonly owner: Owner;
  /** It says whether this was done, perhaps by a former keeper of the service. */
  readonly placed: PlacedLines;
  readonly findStatd?: () => Promise<unknown>;
}

/**
 * Conveys records into the live `sm/` for a statd that somebody else starts later. Never while statd runs: it would not see
 * them, and whoever writes there then may take a neighbour's line away.
 * @returns null once they are there; before, one sentence.
 */
export async function placeForOthers(
  files: readonly StoredFile[],
  { sm, owner, placed, findStatd = () => findProcess('rpc.statd') }: PlaceOptions,
): Promise<string | null> {
  if (placed.complete) return null;
  if ((await findStatd()) !== null) {
    return 'records are not conveyed, for rpc.statd runs already; with trigger=none, start it after nfslock';
  }
  await conveyLive({ sm, files, owner, placed });
  return null;
}
