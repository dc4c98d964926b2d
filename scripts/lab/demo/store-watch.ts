import { readdir, readFile } from 'node:fs/promises';
import type { Lab } from '../lab.ts';
import { LOCK_STORE } from '../nfs-service.ts';
import { waitUntil } from '../wait-until.ts';

/** What a line of the lock store's journals may hold of interest here. */
interface Line {
  readonly file?: { readonly records?: readonly { readonly monName?: string }[] };
  readonly entry?: { readonly client?: string; readonly phase?: string; readonly at?: number };
}

/** Waits until the lock store has a monitor record of a client. */
export async function recorded(lab: Lab, client: string): Promise<void> {
  await inStore(lab, `a record of ${client}`, ({ file }) =>
    file?.records?.some(({ monName }) => monName === client) ? true : undefined,
  );
}

/** Waits until the ledger has had a client in a phase; gives when that was, in milliseconds of the clock. */
export function reached(lab: Lab, client: string, phase: string): Promise<number> {
  return inStore(lab, `${client} ${phase}`, ({ entry }) =>
    entry?.client === client && entry.phase === phase ? entry.at : undefined,
  );
}

function inStore<T>(lab: Lab, what: string, test: (line: Line) => T | undefined): Promise<T> {
  const explain = async () => JSON.stringify(await linesOf(lab));
  return waitUntil(`in the lock store: ${what}`, { timeout: 60, explain }, async () => {
    for (const line of await linesOf(lab)) {
      const found = test(line);
      if (found !== undefined) return found;
    }
    return undefined;
  });
}

/** The journals' lines, each a checksum, a blank and JSON; a last line may still be incomplete. */
async function linesOf(lab: Lab): Promise<Line[]> {
  const directory = lab.sharedPath(LOCK_STORE.replace('/srv/shared', ''));
  const lines: Line[] = [];
  for (const name of (await readdir(directory)).filter((each) => each.endsWith('.journal')).sort()) {
    // A journal is removed when a newer one holds all that is in it.
    const text = await readFile(`${directory}/${name}`, 'utf8').catch(() => '');
    for (const line of text.split('\n').slice(0, -1))
      lines.push(JSON.parse(line.slice(line.indexOf(' '))) as Line);
  }
  return lines;
}
