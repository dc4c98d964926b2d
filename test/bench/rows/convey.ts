import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { conveyPrivate } from '../../../lib/convey/index.ts';
import { parseMonitorFile } from '../../../lib/nsm/monitor-file.ts';
import { storedFile } from '../../../lib/store/index.ts';
import { clientNames, lineFor, statdDirectoryWith } from '../clients.ts';
import { sh } from '../command.ts';
import { type Bench, type Figure, type Row, sized } from '../row.ts';
import { interleaved, median, timed } from '../statistics.ts';

/** So many stored records into a statd directory, beside copies from a directory in which a copier kept them. */
async function compare({ dir }: Bench, count: number, rounds: number): Promise<Figure> {
  const clients = clientNames(50, count);
  const files = clients.map((client) =>
    storedFile(client, Date.now(), parseMonitorFile(Buffer.from(lineFor(client)))),
  );
  const kept = statdDirectoryWith(join(dir, `kept-${count}`), clients);
  let made = 0;
  const fresh = async () => {
    // Or whoever is next would pay for what went before.
    await sh('sync -f "$1"', dir);
    made += 1;
    return join(dir, `conveyed-${count}-${made}`);
  };
  const owner = { uid: 65534, gid: 65534, mode: 0o700 };
  const samples = await interleaved(rounds, {
    lockferry: async () => {
      const to = await fresh();
      return timed(() => conveyPrivate({ dir: to, files, stateNumber: 7, owner }));
    },
    'cp -a + sync': async () => {
      const to = await fresh();
      mkdirSync(to);
      return timed(() => sh('cp -aT "$1" "$2" && sync -f "$2"', join(kept, 'sm'), to));
    },
    'rsync -a + sync': async () => {
      const to = await fresh();
      mkdirSync(to);
      return timed(() => sh('rsync -a "$1/" "$2/" && sync -f "$2"', join(kept, 'sm'), to));
    },
  });
  const others = Math.min(median(samples['cp -a + sync'] ?? []), median(samples['rsync -a + sync'] ?? []));
  return {
    what: `convey ${count} records`,
    unit: 'ms',
    at: count,
    samples,
    target: { words: 'faster than either', met: (ours) => ours < others, added: count !== 100_000 },
    note: 'nothing of it is synced: after a crash it is built again from the lock store',
  };
}

export const convey: Row = {
  name: 'convey',
  title: 'Conveyance into a statd directory of the adoptive node',
  bound: 'making one file for each record (open, write, chown, utimes, close)',
  measure: async (bench) => {
    const counts = sized(bench.size, {
      tiny: [100],
      usual: [1000, 10_000, 100_000],
      full: [1000, 10_000, 100_000],
    });
    const figures: Figure[] = [];
    for (const count of counts) {
      const rounds = sized(bench.size, {
        tiny: 1,
        usual: count > 10_000 ? 1 : 5,
        full: count > 10_000 ? 5 : 15,
      });
      figures.push(await compare(bench, count, rounds));
    }
    return figures;
  },
};
