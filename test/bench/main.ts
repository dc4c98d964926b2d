import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { load, machine } from './machine.ts';
import { judged, type Measured, page, type Results } from './report.ts';
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
const json = join(values.out, 'performance.json');

/** Rows that were measured before and are not now. */
function standing(): readonly Measured[] {
  try {
    const { rows }: Results = JSON.parse(readFileSync(json, 'utf8'));
    return rows.filter(({ name }) => !wanted.some((row) => row.name === name));
  } catch {
    return [];
  }
}

// Nothing in it is removed before the end: ext4 looks long for an inode where many were freed in the last minutes.
const base = mkdtempSync(join(values.dir, 'lockferry-bench-'));
// Where rpc.statd's user can enter.
chmodSync(base, 0o755);
const before = load();
const measured: Measured[] = [...(positionals.length === 0 ? [] : standing())];
try {
  for (const { name, title, bound, measure } of wanted) {
    const dir = join(base, name);
    mkdirSync(dir);
    const began = performance.now();
    const figures = (await measure({ size, dir, dist: values.dist })).map(judged);
    measured.push({ name, title, bound, figures });
    console.log(`${title} (${((performance.now() - began) / 1000).toFixed(0)} s)`);
    for (const figure of figures) show(figure);
    await save();
  }
} finally {
  rmSync(base, { recursive: true });
}

function show({ what, unit, samples, target }: Measured['figures'][number]): void {
  console.log(`  ${what}${target ? ` [${target.words}: ${target.met ? 'met' : 'NOT MET'}]` : ''}`);
  for (const [who, all] of Object.entries(samples)) {
    const slowest = all.length < 100 ? '' : `, p99 ${quantile(all, 0.99).toFixed(2)}`;
    console.log(`    ${who.padEnd(36)} ${median(all).toFixed(2).padStart(12)} ${unit}${slowest}`);
  }
}

/** After each row: a run that is broken off has measured something. */
async function save(): Promise<void> {
  const order = (row: Measured) => ROWS.findIndex(({ name }) => name === row.name);
  const rows = [...measured].sort((one, other) => order(one) - order(other));
  const facts = { ...(await machine(base)), 'load average': `${before} before, ${load()} after` };
  const results: Results = { at: new Date().toISOString(), size, machine: facts, rows };
  mkdirSync(values.out, { recursive: true });
  writeFileSync(json, `${JSON.stringify(results, rounded, 1)}\n`);
  writeFileSync(join(values.out, 'performance.md'), page(results));
}

/** Microseconds say enough. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
}
