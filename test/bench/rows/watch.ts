import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { clientNames, statdDirectoryWith } from '../clients.ts';
import { type Bench, below, type Figure, type Row, sized } from '../row.ts';
import { median, quantile } from '../statistics.ts';
import { copied } from '../watch/copier.ts';
import { WatchedKeeper } from '../watch/kept.ts';

interface Plan {
  /** Clients that are recorded already. */
  readonly records: number;
  /** Clients that come alone, at once after the keeper has started, while it looks through all of them. */
  readonly alone: number;
  readonly bursts: number;
  readonly burst: number;
  /** Clients that come while a loop copies. */
  readonly copied: number;
}

/** Fewer samples say nothing about one in a thousand. */
const ENOUGH = 1000;

/** What is asked of clients that come alone: of the median and, where there are enough of them, of the slowest. */
function targetAlone(alone: readonly number[]): Pick<Figure, 'target' | 'note'> {
  if (alone.length < ENOUGH) {
    const note = `${alone.length} samples are too few to judge p99.9, which should be below that, too: \`--full\` does`;
    return { target: { ...below(5), words: 'median < 5' }, note };
  }
  const slowest = quantile(alone, 0.999);
  return {
    target: { words: 'median and p99.9 < 5', met: (ours) => Math.max(ours, slowest) < 5 },
    note: `p99.9 is ${slowest.toFixed(1)} ms`,
  };
}

async function compare({ dir }: Bench, plan: Plan): Promise<Figure[]> {
  const { records, bursts, burst } = plan;
  const statd = statdDirectoryWith(join(dir, `statd-${records}`), clientNames(50, records));
  const own = join(dir, `own-${records}`);
  mkdirSync(own);
  const keeper = await WatchedKeeper.start(statd, own);
  const alone: number[] = [];
  const atOnce: number[][] = [];
  try {
    for (const client of clientNames(90, plan.alone)) {
      alone.push(...(await keeper.record([client])));
      await pause(20 + 30 * Math.random());
    }
    for (let round = 0; round < bursts; round += 1) {
      atOnce.push(await keeper.record(clientNames(100 + round, burst)));
      await pause(500);
    }
  } finally {
    keeper.close();
  }
  const copies: Record<string, number[]> = {};
  for (const period of plan.copied === 0 ? [] : [2, 5]) {
    const clients = clientNames(92 + period, plan.copied);
    copies[`copy every ${period} s`] = await copied(statd, join(own, `copy-${period}`), period, clients);
  }
  return [
    {
      what: `one new client beside ${records}: durable after`,
      unit: 'ms',
      samples: { lockferry: alone, ...copies },
      ...targetAlone(alone),
    },
    {
      what: `${burst} new clients at once beside ${records}: durable after, median of each time`,
      unit: 'ms',
      samples: { lockferry: atOnce.map((times) => median(times)), ...copies },
    },
    {
      what: `${burst} new clients at once beside ${records}: durable after, p99.9 of each time`,
      unit: 'ms',
      samples: { lockferry: atOnce.map((times) => quantile(times, 0.999)), ...copies },
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
