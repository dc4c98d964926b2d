import {
  chmodSync,
  closeSync,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Room } from './room.ts';
import { quantile, summaryOf } from './statistics.ts';
import { openRoom, VARIANTS, type Variant } from './variants.ts';

/*
 * How long rpc.statd takes to answer SM_MON with each of several callouts. Each has an rpc.statd of its own, all are
 * asked in turn, one call at a time: whatever else the machine does falls upon all of them, and each has as many
 * clients as the others, for rpc.statd becomes slower with each client that it knows.
 */
const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '300' },
    row: { type: 'string', default: '1000' },
    dir: { type: 'string', default: tmpdir() },
    json: { type: 'string' },
  },
});
const calls = Number(values.calls);
const row = Number(values.row);

type Samples = Record<string, number[]>;

/** Asks the rooms in turn, each time in another order. @returns milliseconds, in the order of the calls. */
async function compare(variants: readonly Variant[], dir: string, count: number): Promise<Samples> {
  const rooms: [Variant, Room][] = [];
  const samples: Samples = {};
  try {
    for (const variant of variants) {
      rooms.push([variant, await openRoom(variant, join(dir, `${variant}-${count}`))]);
      samples[variant] = [];
    }
    for (let call = 0; call < count; call += 1) {
      const turn = [...rooms.slice(call % rooms.length), ...rooms.slice(0, call % rooms.length)];
      const client = `10.${99 + (call >> 16)}.${(call >> 8) & 255}.${call & 255}`;
      for (const [variant, room] of turn) samples[variant]?.push(await room.monitor(client));
    }
  } finally {
    for (const [, room] of rooms) await room.close();
  }
  return samples;
}

/** What making one line durable takes on this storage, milliseconds. */
function storageMedian(dir: string): number {
  const fd = openSync(join(dir, 'sync'), 'w');
  const samples = Array.from({ length: 200 }, () => {
    const began = performance.now();
    writeSync(fd, `${'x'.repeat(200)}\n`);
    fdatasyncSync(fd);
    return performance.now() - began;
  });
  closeSync(fd);
  return quantile(samples, 0.5);
}

/** How much longer the callout took than none, call by call. */
function added(samples: Samples): number[] {
  return (samples.lockferry ?? []).map((took, index) => took - (samples.none?.[index] ?? Number.NaN));
}

const dir = mkdtempSync(join(values.dir, 'lockferry-bench-'));
chmodSync(dir, 0o755);
try {
  const sync = storageMedian(dir);
  const samples = await compare(VARIANTS, dir, calls);
  const inARow = await compare(['none', 'lockferry'], dir, row);
  const none = summaryOf(samples.none ?? []);
  const table = VARIANTS.map((variant) => ({ callout: variant, ...summaryOf(samples[variant] ?? []) }));
  const quarter = Math.ceil(row / 4);
  const first = quantile(added(inARow).slice(0, quarter), 0.5);
  const last = quantile(added(inARow).slice(-quarter), 0.5);

  console.log(`SM_MON, ${calls} calls each in turn; one durable line takes ${sync.toFixed(2)} ms here\n`);
  console.log('callout      median      p99   more than none (median)');
  for (const { callout, median, p99 } of table) {
    const cells = [median, p99, median - none.median].map((ms) => `${ms.toFixed(2)} ms`.padStart(9));
    console.log(`${callout.padEnd(9)} ${cells.join(' ')}`);
  }
  console.log(`\n${row} in a row, how much longer lockferry took than none, median:`);
  console.log(`first quarter ${first.toFixed(2)} ms, last quarter ${last.toFixed(2)} ms`);
  if (values.json !== undefined) {
    const raw = { calls: samples, row: inARow };
    const facts = { unit: 'ms', calls, row, sync, table, added: { first, last }, raw };
    writeFileSync(values.json, `${JSON.stringify(facts)}\n`);
  }
} finally {
  rmSync(dir, { recursive: true });
}
