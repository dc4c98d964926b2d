import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Room } from '../callout/room.ts';
import { openRoom, VARIANTS, type Variant } from '../callout/variants.ts';
import { clientNames } from '../clients.ts';
import { type Bench, type Figure, type Row, sized } from '../row.ts';
import { interleaved, median, timed } from '../statistics.ts';

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

export const callout: Row = {
  name: 'callout',
  title: 'statd callout: how long statd takes to answer for a new client (SM_MON)',
  bound: 'starting bash, a round trip to the keeper and its fdatasync',
  measure: async ({ dir, dist, size }): Promise<Figure[]> => {
    const line = await durableLine(dir);
    const calls = sized(size, { tiny: 3, usual: 100, full: 300 });
    const samples = await compare(VARIANTS, { dir, dist }, calls);
    const others = Math.min(...['sh', 'ctdb'].map((name) => median(samples[name] ?? [])));
    const row = await compare(
      ['none', 'lockferry'],
      { dir, dist },
      sized(size, { tiny: 4, usual: 400, full: 2000 }),
    );
    const all = added(row, 'lockferry');
    const quarter = Math.ceil(all.length / 4);
    const { none = [], lockferry = [], two = [], sh = [], node = [], ctdb = [] } = samples;
    return [
      {
        what: 'one new client, statd to answer',
        unit: 'ms',
        samples: {
          lockferry,
          'lockferry, two services': two,
          'no callout': none,
          'sh + sync FILE': sh,
          'Node script': node,
          ctdb,
        },
        target: { words: 'faster than sh + sync and ctdb', met: (ours) => ours < others },
        note: `one line made durable takes ${line.toFixed(2)} ms here; ctdb's makes nothing durable, and its \`ctdb\` is a stand-in that answers at once`,
      },
      {
        what: `${all.length} new clients one after another, added by the callout: the last quarter beside the first`,
        unit: 'ms',
        samples: { lockferry: all.slice(-quarter), 'lockferry, first quarter': all.slice(0, quarter) },
      },
    ];
  },
};
