import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Room } from '../callout/room.ts';
import { openRoom, VARIANTS, type Variant } from '../callout/variants.ts';
import { clientNames } from '../clients.ts';
import { type Bench, type Figure, type Row, sized } from '../row.ts';
import { interleaved, median, medianBetween, timed } from '../statistics.ts';

/** What making one line durable takes on this storage, milliseconds. */
async function durableLine(dir: string): Promise<number> {
  const fd = openSync(join(dir, 'sync'), 'w');
  const samples: number[] = [];
  for (let line = 0; line < 100; line += 1) {
    samples.push(
      await timed(() => {
        writeSync(fd, `${'x'.repeat(200)}\n`);
        fdatasyncSync(fd);
      }),
    );
  }
  closeSync(fd);
  return median(samples);
}

/** Opens a room for each variant and has them asked in turn, a new client each time. */
async function compare(
  variants: readonly Variant[],
  { dir, dist }: Pick<Bench, 'dir' | 'dist'>,
  count: number,
): Promise<Record<string, number[]>> {
  const rooms: [Variant, Room][] = [];
  try {
    for (const variant of variants)
      rooms.push([variant, await openRoom(variant, join(dir, `${variant}-${count}`), dist)]);
    const clients = clientNames(99, count);
    return await interleaved(
      count,
      Object.fromEntries(
        rooms.map(([variant, room]) => [variant, (round: number) => room.monitor(String(clients[round]))]),
      ),
    );
  } finally {
    for (const [, room] of rooms) await room.close();
  }
}

/** By how much longer each call took than without a callout. */
function added(samples: Record<string, number[]>, name: string): number[] {
  return (samples[name] ?? []).map((took, call) => took - Number(samples.none?.[call]));
}

const NAMES: Readonly<Record<Variant, string>> = {
  lockferry: 'lockferry',
  two: 'lockferry, two services',
  none: 'no callout',
  touch: 'touch + sync FILE',
  sh: 'echo + sync FILE',
  node: 'Node script',
  ctdb: 'ctdb',
};

/** One new client after another, each asked for with each callout in turn. */
async function each({ dir, dist, size }: Bench): Promise<Figure[]> {
  const line = await durableLine(dir);
  const took = await compare(VARIANTS, { dir, dist }, sized(size, { tiny: 3, usual: 300, full: 300 }));
  const named = (of: (variant: Variant) => number[], all: readonly Variant[]) =>
    Object.fromEntries(all.map((variant) => [NAMES[variant], of(variant)]));
  const callouts = VARIANTS.filter((variant) => variant !== 'none');
  const costs = (variant: Variant) => median(added(took, variant));
  const limit = median(took.none ?? []) + 4;
  return [
    {
      what: 'one new client, statd to answer',
      unit: 'ms',
      samples: named((variant) => took[variant] ?? [], VARIANTS),
      target: {
        words: 'at most 4 ms more than without a callout',
        met: (ours) => ours <= limit,
        added: true,
      },
    },
    {
      what: 'the same, added by the callout',
      unit: 'ms',
      samples: named((variant) => added(took, variant), callouts),
      target: {
        words: 'for two services, too, faster than touch + sync FILE for one and ctdb',
        met: () => Math.max(costs('lockferry'), costs('two')) < Math.min(costs('touch'), costs('ctdb')),
      },
      note: `one line made durable takes ${line.toFixed(2)} ms here; ctdb's makes nothing durable, and its \`ctdb\` is a stand-in that answers at once; touch and echo are for one service, and wait for the storage as long as it takes`,
    },
  ];
}

/** Many new clients in a row: whether it takes longer the more there are. */
async function inARow({ dir, dist, size }: Bench): Promise<Figure> {
  const clients = sized(size, { tiny: 10, usual: 1000, full: 1000 });
  const took = await compare(['none', 'lockferry', 'sh'], { dir, dist }, clients);
  const tenth = clients / 10;
  const [ours, others] = [added(took, 'lockferry'), added(took, 'sh')];
  const [first, last] = [ours.slice(0, tenth), ours.slice(-tenth)];
  const slower = medianBetween(last).low > medianBetween(first).high;
  return {
    what: `${clients} new clients in a row, added by the callout: the last ${tenth} beside the first ${tenth}`,
    unit: 'ms',
    samples: {
      ...{ lockferry: last, 'lockferry, the first': first },
      ...{ [NAMES.sh]: others.slice(-tenth), [`${NAMES.sh}, the first`]: others.slice(0, tenth) },
    },
    target: {
      words: `no slower, as far as ${tenth} of each can tell`,
      met: () => !slower,
      added: true,
    },
    note: 'what grows with the one that only touches a file, too, is what it costs rpc.statd to start it',
  };
}

export const callout: Row = {
  name: 'callout',
  title: 'statd callout: how long statd takes to answer for a new client (SM_MON)',
  bound:
    'starting bash, which is more than half of it, and a round trip to the keeper; the fdatasync is done meanwhile',
  measure: async (bench) => [...(await each(bench)), await inARow(bench)],
};
