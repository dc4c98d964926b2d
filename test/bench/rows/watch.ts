import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { clientNames, statdDirectoryWith } from '../clients.ts';
import { type Bench, below, type Figure, type Row, sized } from '../row.ts';
import { median, quantile } from '../statistics.ts';
import { copied } from '../watch/copier.ts';
import { Watcher } from '../watch/watcher.ts';

interface Plan {
  /** Clients that are recorded already. */
  readonly records: number;
  /** Clients that come alone, the first of them while the keeper looks through all that are there. */
  readonly alone: number;
  readonly bursts: number;
  readonly burst: number;
  /** Clients that come while a loop copies. */
  readonly copied: number;
}

/** Fewer samples say nothing about one in a thousand. */
const ENOUGH = 1000;

/** The least that a process of Node.js can do, which is what it, the kernel and the storage take in any case. */
const BARE = 'fs.watch, read, write, fdatasync';

/** What is asked of clients that come alone: of the median and, where there are enough of them, of the slowest. */
function targetAlone(samples: Readonly<Record<string, readonly number[]>>): Pick<Figure, 'target' | 'note'> {
  const count = samples.lockferry?.length ?? 0;
  if (count < ENOUGH) {
    const note = `${count} samples are too few to judge p99.9, which should be below that, too: \`--full\` does`;
    return { target: { ...below(5), words: 'median < 5' }, note };
  }
  const slowest = (name: string) => quantile(samples[name] ?? [], 0.999);
  return {
    target: {
      words: 'median and p99.9 < 5',
      met: (ours) => Math.max(ours, slowest('lockferry')) < 5,
    },
    note: `p99.9 is ${slowest('lockferry').toFixed(1)} ms; of \`${BARE}\`, ${slowest(BARE).toFixed(1)} ms`,
  };
}

async function compare({ dir }: Bench, plan: Plan): Promise<Figure[]> {
  const { records, bursts, burst } = plan;
  const own = join(dir, `own-${records}`);
  mkdirSync(own);
  const [statd = '', other = ''] = ['statd', 'bare'].map((name) =>
    statdDirectoryWith(join(dir, `${name}-${records}`), clientNames(50, records)),
  );
  const watchers: Record<string, Watcher> = {
    lockferry: await Watcher.start('keeper', statd, own),
    [BARE]: await Watcher.start('bare', other, own),
  };
  const each = async (clients: readonly string[], wait: () => number) => {
    const times: Record<string, number[]> = {};
    for (const [name, watcher] of Object.entries(watchers)) {
      times[name] = await watcher.record(clients);
      await pause(wait());
    }
    return times;
  };
  const alone: Record<string, number[]>[] = [];
  const atOnce: Record<string, number[]>[] = [];
  try {
    for (const client of clientNames(90, plan.alone))
      alone.push(await each([client], () => 20 + 30 * Math.random()));
    for (let round = 0; round < bursts; round += 1)
      atOnce.push(await each(clientNames(100 + round, burst), () => 500));
  } finally {
    for (const watcher of Object.values(watchers)) watcher.close();
  }
  const ofEach = (rounds: Record<string, number[]>[], of: (times: readonly number[]) => number) =>
    Object.fromEntries(
      Object.keys(watchers).map((name) => [name, rounds.map((times) => of(times[name] ?? []))]),
    );
  const ofAlone = ofEach(alone, median);
  const copies: Record<string, number[]> = {};
  for (const period of plan.copied === 0 ? [] : [2, 5]) {
    const clients = clientNames(92 + period, plan.copied);
    copies[`copy every ${period} s`] = await copied(statd, join(own, `copy-${period}`), period, clients);
  }
  return [
    {
      what: `one new client beside ${records}: durable after`,
      unit: 'ms',
      samples: { ...ofAlone, ...copies },
      ...targetAlone(ofAlone),
    },
    {
      what: `${burst} new clients at once beside ${records}: durable after, median of each time`,
      unit: 'ms',
      samples: { ...ofEach(atOnce, median), ...copies },
    },
    {
      what: `${burst} new clients at once beside ${records}: durable after, p99.9 of each time`,
      unit: 'ms',
      samples: { ...ofEach(atOnce, (times) => quantile(times, 0.999)), ...copies },
      target: below(50),
    },
  ];
}

export const watch: Row = {
  name: 'watch',
  title: "statd's write until it is durable in the lock store (capture=watch)",
  bound: 'an fdatasync, and for many at once reading their files; the number of records plays no part',
  measure: async (bench) => {
    const plans = sized<Plan[]>(bench.size, {
      tiny: [{ records: 10, alone: 3, bursts: 1, burst: 10, copied: 0 }],
      usual: [
        { records: 1000, alone: 100, bursts: 3, burst: 1000, copied: 5 },
        { records: 100_000, alone: 100, bursts: 3, burst: 1000, copied: 2 },
      ],
      full: [
        { records: 1000, alone: 1000, bursts: 10, burst: 1000, copied: 50 },
        { records: 100_000, alone: 1000, bursts: 10, burst: 1000, copied: 20 },
      ],
    });
    const figures: Figure[] = [];
    for (const plan of plans) figures.push(...(await compare(bench, plan)));
    return figures;
  },
};
