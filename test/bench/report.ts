import type { Figure, Row } from './row.ts';
import { median, quantile } from './statistics.ts';

/** What one run measured; docs/performance.json holds it. */
export interface Results {
  readonly at: string;
  readonly size: string;
  readonly machine: Readonly<Record<string, string>>;
  readonly rows: readonly Measured[];
}

export interface Measured extends Pick<Row, 'name' | 'title' | 'bound'> {
  readonly figures: readonly (Omit<Figure, 'target'> & {
    readonly target?: { readonly words: string; readonly met: boolean };
  })[];
}

/** A figure with whether its target is met, for JSON. */
export function judged({ target, ...figure }: Figure): Measured['figures'][number] {
  if (target === undefined) return figure;
  return {
    ...figure,
    target: { words: target.words, met: target.met(median(figure.samples.lockferry ?? [])) },
  };
}

function number(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en').replaceAll(',', ' ');
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function cell(samples: readonly number[]): string {
  const middle = number(median(samples));
  if (samples.length < 2) return middle;
  const spread = `${number(quantile(samples, 0.1))} to ${number(quantile(samples, 0.9))}`;
  const slowest = samples.length < 100 ? '' : `; p99 ${number(quantile(samples, 0.99))}`;
  return `${middle} (${spread}${slowest})`;
}

function table(figure: Measured['figures'][number]): string[] {
  const { lockferry = [], ...others } = figure.samples;
  const ours = median(lockferry);
  const unit = figure.unit === '' ? '' : `, ${figure.unit}`;
  const target =
    figure.target && `target ${figure.target.words}: ${figure.target.met ? 'met' : '**not met**'}`;
  const rows = Object.entries(others).map(([name, samples]) => {
    const done = !figure.unfinished?.includes(name);
    const ratio = number(median(samples) / ours);
    return `| ${name} | ${done ? '' : 'stopped after '}${cell(samples)} | ${samples.length} | ${done ? ratio : ''} |`;
  });
  return [
    `**${figure.what}**${unit}${target === undefined ? '' : ` (${target})`}`,
    '',
    '| | median (p10 to p90; p99 of 100 or more) | samples | times ours |',
    '|---|---|---|---|',
    `| **lockferry** | ${cell(lockferry)} | ${lockferry.length} | |`,
    ...rows,
    '',
    ...(figure.note === undefined ? [] : [`${figure.note[0]?.toUpperCase()}${figure.note.slice(1)}.`, '']),
  ];
}

/** The page that shows a run. */
export function page({ at, size, machine, rows }: Results): string {
  const all = rows.flatMap(({ figures }) => figures);
  const missed = all.filter(({ target }) => target && !target.met);
  const targets = all.filter(({ target }) => target).length;
  return [
    '# Performance',
    '',
    '<!-- Made by scripts/bench; what is written here by hand is lost. -->',
    '',
    `Measured by \`sudo scripts/bench${size === 'full' ? ' --full' : ''}\` on ${at.slice(0, 10)}; every sample is in [performance.json](performance.json). Ours and the others' were measured in turn on the same machine; the load average below is what else it had to do when the run began and ended. Where one is measured once, the number of samples says so. ${targets - missed.length} of ${targets} targets are met.`,
    '',
    ...Object.entries(machine).map(([what, is]) => `- ${what}: ${is}`),
    '',
    ...rows.flatMap(({ name, title, bound, figures }) => [
      `## ${title}`,
      '',
      `Row \`${name}\`. What takes the time: ${bound}.`,
      '',
      ...(figures.some((figure) => figure.at !== undefined)
        ? [`![${title}](performance-${name}.svg)`, '']
        : []),
      ...figures.flatMap(table),
    ]),
  ].join('\n');
}
