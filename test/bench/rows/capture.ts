import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { takeOver } from '../../../lib/keeper/adoption.ts';
import { realSurroundings } from '../../../lib/keeper/surroundings.ts';
import { statdDirectory } from '../../../lib/nsm/statd-directory.ts';
import { exampleService } from '../../support/example-service.ts';
import { clientNames, statdDirectoryWith } from '../clients.ts';
import { sh } from '../command.ts';
import { type Bench, type Figure, type Row, sized } from '../row.ts';
import { interleaved, median, timed } from '../statistics.ts';

/** The first capture of so many records, durable, beside copies of the directory that are made durable. */
async function compare({ dir }: Bench, count: number, rounds: number): Promise<Figure> {
  const statd = statdDirectoryWith(join(dir, `statd-${count}`), clientNames(50, count));
  let made = 0;
  const fresh = async (name: string) => {
    // Or whoever is next would pay for what went before.
    await sh('sync -f "$1"', dir);
    made += 1;
    return join(dir, `${name}-${count}-${made}`);
  };
  const capture = async () => {
    const service = exampleService({ sharedDir: await fresh('store'), statdDir: statd });
    return timed(async () => {
      const atWork = async () => ({ lockManager: null, statd: null });
      const surroundings = { ...realSurroundings(service), atWork };
      const { store } = await takeOver(service, statdDirectory(statd), surroundings);
      if (store.state.current.size !== count) throw new Error('not all records were captured');
      await store.close();
    });
  };
  const copy = async (command: string) => {
    const to = await fresh('copy');
    mkdirSync(to);
    return timed(() => sh(`${command} "$1/" "$2/" && sync -f "$2"`, join(statd, 'sm'), to));
  };
  const samples = await interleaved(rounds, {
    lockferry: capture,
    'cp -a + sync': () => copy('cp -aT'),
    'rsync -a + sync': () => copy('rsync -a'),
  });
  const others = Math.min(median(samples['cp -a + sync'] ?? []), median(samples['rsync -a + sync'] ?? []));
  return {
    what: `first capture of ${count} records`,
    unit: 'ms',
    at: count,
    samples,
    target: { words: 'faster than either', met: (ours) => ours < others, added: count !== 100_000 },
  };
}

export const capture: Row = {
  name: 'capture',
  title: 'First capture, durable in the lock store',
  bound:
    'reading each file of sm/ (lstat, open, fstat, read, close); then one JSON line with its CRC for each',
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
