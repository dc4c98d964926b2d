import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import t from 'tap';
import type { Measurements } from '../bench/report.ts';
import { built } from './sandbox.ts';

const main = fileURLToPath(new URL('../bench/main.js', import.meta.url));
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
  for (const { name, title, figures } of rows) {
    t.ok(page.includes(`## ${title}\n`), name);
    for (const { what, samples, at } of figures) {
      const all = Object.values(samples).flat();
      t.ok(page.includes(what) && samples.lockferry?.length && all.every(Number.isFinite), what);
      if (at !== undefined) t.match(readFileSync(join(out, `performance-${name}.svg`), 'utf8'), /<svg/);
    }
  }
});
