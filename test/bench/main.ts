import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { machine } from './machine.ts';
import { provenance } from './provenance.ts';
import { judged, type Measured, verdict } from './report.ts';
import { Results } from './results.ts';
import type { Size } from './row.ts';
import { ROWS } from './rows/index.ts';
import { median, quantile } from './statistics.ts';

// Measures the rows that are named, or all, and writes what it has measured to a directory: see scripts/bench.
const { values, positionals } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    tiny: { type: 'boolean', default: false },
    dir: { type: 'string', default: tmpdir() },
    out: { type: 'string', default: 'docs' },
    dist: { type: 'string', default: 'dist' },
  },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !ROWS.some((row) => row.name === name));
if (unknown.length > 0) {
  console.error(
    `bench: no such row: ${unknown.join(', ')}; there are ${ROWS.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}
const size: Size = values.tiny ? 'tiny' : values.full ? 'full' : 'usual';
const wanted = ROWS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));

// Nothing in it is removed before the end: ext4 looks long for an inode where many were freed in the last minutes.
const base = mkdtempSync(join(values.dir, 'lockferry-bench-'));
// Where rpc.statd's user can enter.
chmodSync(base, 0o755);
try {
  const results = new Results(values.out, await machine(base));
  for (const { name, title, bound, measure } of wanted) {
    const dir = join(base, name);
    mkdirSync(dir);
    const began = performance.now();
    const measured = await provenance(size);
    const figures = (await measure({ size, dir, dist: values.dist })).map(judged);
    console.log(`${title} (${((performance.now() - began) / 1000).toFixed(0)} s)`);
    for (const figure of figures) show(figure);
    // After each row: a run that is broken off has measured something.
    results.save({ name, title, bound, ...measured(), figures });
  }
} finally {
  rmSync(base, { recursive: true });
}

function show({ what, unit, samples, target }: Measured['figures'][number]): void {
  console.log(`  ${what}${target ? ` [${verdict(target)}]` : ''}`);
  for (const [who, all] of Object.entries(samples)) {
    const slowest = all.length < 100 ? '' : `, p99 ${quantile(all, 0.99).toFixed(2)}`;
    console.log(`    ${who.padEnd(36)} ${median(all).toFixed(2).padStart(12)} ${unit}${slowest}`);
  }
}
