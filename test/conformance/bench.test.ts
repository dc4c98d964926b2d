import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import t from 'tap';
import type { Measured, Measurements } from '../bench/report.ts';
import { Results } from '../bench/results.ts';
import { median } from '../bench/statistics.ts';
import { built } from './sandbox.ts';

const main = fileURLToPath(new URL('../bench/main.js', import.meta.url));
const stopwatch = fileURLToPath(new URL('../bench/stopwatch.js', import.meta.url));
const dist = built(t);
/** All but `callout`: ctdb and what it needs are not installed for a test. */
const ROWS = ['tell', 'recovery', 'watch', 'monitor', 'agent', 'idle', 'capture', 'convey'];

t.setTimeout(180_000);
t.test('the rows of scripts/bench can be measured and shown, in tiny sizes', async (t) => {
  const out = t.testdir({});
  await execa(process.execPath, [main, '--tiny', '--dist', dist, '--out', out, ...ROWS]);
  await execa(process.execPath, ['test/bench/plots.mjs', '--out', out]);
  const { rows }: Measurements = JSON.parse(readFileSync(join(out, 'performance.json'), 'utf8'));
  const page = readFileSync(join(out, 'performance.md'), 'utf8');
  t.same(
    rows.map(({ name }) => name),
    ROWS,
  );
  for (const { name, title, at, size, load, figures } of rows) {
    t.ok(page.includes(`## ${title}\n`), name);
    t.ok(page.includes(`Row \`${name}\`, measured on ${at.slice(0, 10)} at `), 'when');
    t.match({ size, load }, { size: 'tiny', load: /^[\d.]+ before, [\d.]+ after$/ });
    for (const { what, samples, at } of figures) {
      const all = Object.values(samples).flat();
      t.ok(page.includes(what) && samples.lockferry?.length && all.every(Number.isFinite), what);
      if (at !== undefined) t.match(readFileSync(join(out, `performance-${name}.svg`), 'utf8'), /<svg/);
    }
  }
});

t.test('a row stays as it was measured until it is measured again, on the same machine', async (t) => {
  const out = t.testdir({});
  const row = (name: string, load: string): Measured => ({
    ...{ name, title: name, bound: '', at: '2026-01-02T03:04:05Z', size: 'usual', load, figures: [] },
  });
  const measured = () => {
    const { rows }: Measurements = JSON.parse(readFileSync(join(out, 'performance.json'), 'utf8'));
    return rows.map(({ name, load }) => `${name} ${load}`);
  };
  new Results(out, { kernel: 'one' }).save(row('idle', 'former'));
  new Results(out, { kernel: 'one' }).save(row('tell', 'former'));
  new Results(out, { kernel: 'one' }).save(row('idle', 'again'));
  t.same(measured(), ['tell former', 'idle again']);
  new Results(out, { kernel: 'two' }).save(row('tell', 'elsewhere'));
  t.same(measured(), ['tell elsewhere']);
});

t.test('whoever ends otherwise than he should is not measured', async (t) => {
  const run = (code: number) =>
    execa(process.execPath, [
      stopwatch,
      JSON.stringify({ rounds: 1, commands: { one: { argv: ['/bin/false'], code } } }),
    ]);
  t.match(JSON.parse((await run(1)).stdout), { one: { ms: [Number] } });
  await t.rejects(run(0), /one ended with 1 in place of 0/);
});

t.test('the middle of an even number of samples is between two', async (t) => {
  t.same([[3, 1], [4, 1, 3], [5]].map(median), [2, 3, 5]);
});
