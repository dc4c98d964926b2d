// Plots the curves of performance.json, one SVG for each row that has one: plots.mjs [--out DIR]. JavaScript, for it alone
// needs vega, and no test does.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as vega from 'vega';

const { values } = parseArgs({
  options: { out: { type: 'string', default: 'docs' } },
  strict: false,
  allowPositionals: true,
});
const out = String(values.out);

/** Medians over the number of clients, both axes logarithmic: a line of slope one is a cost that grows as the work does. */
function curve(title, figures) {
  const points = figures.flatMap(({ at, samples, unfinished = [] }) => {
    const finished = Object.entries(samples).filter(([who]) => !unfinished.includes(who));
    return finished.map(([who, all]) => {
      const sorted = [...all].sort((one, other) => one - other);
      const half = sorted.length / 2;
      return { at, who, ms: (sorted[Math.ceil(half - 1)] + sorted[Math.floor(half)]) / 2 };
    });
  });
  const log = (name, range, field) => ({
    ...{ name, type: 'log', range, nice: false, domain: { data: 'points', field } },
  });
  const place = { x: { scale: 'x', field: 'at' }, y: { scale: 'y', field: 'ms' } };
  const colour = { scale: 'colour', field: 'who' };
  return {
    ...{ width: 480, height: 260, padding: 8, background: 'white', title },
    data: [{ name: 'points', values: points }],
    scales: [
      log('x', 'width', 'at'),
      log('y', 'height', 'ms'),
      { name: 'colour', type: 'ordinal', range: 'category', domain: { data: 'points', field: 'who' } },
    ],
    axes: [
      {
        orient: 'bottom',
        scale: 'x',
        title: 'clients',
        format: 's',
        values: [...new Set(points.map(({ at }) => at))],
      },
      { orient: 'left', scale: 'y', title: 'milliseconds, median', grid: true, format: 's' },
    ],
    legends: [{ stroke: 'colour', orient: 'right' }],
    marks: [
      {
        type: 'group',
        from: { facet: { name: 'series', data: 'points', groupby: 'who' } },
        marks: [
          {
            type: 'line',
            from: { data: 'series' },
            encode: { enter: { ...place, stroke: colour, strokeWidth: { value: 2 } } },
          },
          {
            type: 'symbol',
            from: { data: 'series' },
            encode: { enter: { ...place, fill: colour, size: { value: 40 } } },
          },
        ],
      },
    ],
  };
}

const { rows } = JSON.parse(readFileSync(join(out, 'performance.json'), 'utf8'));
for (const { name, title, figures } of rows) {
  const points = figures.filter(({ at }) => at !== undefined);
  if (points.length === 0) continue;
  const view = new vega.View(vega.parse(curve(title, points)), { renderer: 'none' });
  writeFileSync(join(out, `performance-${name}.svg`), `${await view.toSVG()}\n`);
}
