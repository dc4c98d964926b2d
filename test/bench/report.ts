import type { Provenance } from './provenance.ts';
import type { Figure, Row, Target } from './row.ts';
import { median, quantile } from './statistics.ts';

/** What was measured on a machine; docs/performance.json holds it. */
export interface Measurements {
  readonly machine: Readonly<Record<string, string>>;
  readonly rows: readonly Measured[];
}

export interface Measured extends Pick<Row, 'name' | 'title' | 'bound'>, Provenance {
  readonly figures: readonly JudgedFigure[];
}

interface JudgedFigure extends Omit<Figure, 'target'> {
  readonly target?: Pick<Target, 'words' | 'added'> & { readonly met: boolean };
}

/** A figure with whether its target is met, for JSON. */
export function judged({ target, ...figure }: Figure): JudgedFigure {
  if (target === undefined) return figure;
  return { ...figure, target: { ...target, met: target.met(median(figure.samples.lockferry ?? [])) } };
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

/** A target and whether it is met, in words. */
export function verdict({ words, met, added }: NonNullable<JudgedFigure['target']>): string {
  return `${added ? 'added target' : 'target'} ${words}: ${met ? 'met' : '**not met**'}`;
}

function table(figure: JudgedFigure): string[] {
  const { lockferry = [], ...others } = figure.samples;
  const ours = median(lockferry);
  const unit = figure.unit === '' ? '' : `, ${figure.unit}`;
  const rows = Object.entries(others).map(([name, samples]) => {
    const done = !figure.unfinished?.includes(name);
    const ratio = number(median(samples) / ours);
    return `| ${name} | ${done ? '' : 'stopped after '}${cell(samples)} | ${samples.length} | ${done ? ratio : ''} |`;
  });
  return [
    `**${figure.what}**${unit}${figure.target === undefined ? '' : ` (${verdict(figure.target)})`}`,
    '',
    '| | median (p10 to p90; p99 of 100 or more) | samples | times ours |',
    '|---|---|---|---|',
    `| **lockferry** | ${cell(lockferry)} | ${lockferry.length} | |`,
    ...rows,
    '',
    ...(figure.note === undefined ? [] : [`${figure.note[0]?.toUpperCase()}${figure.note.slice(1)}.`, '']),
  ];
}

function measured({ name, at, commit, size, load }: Measured): string {
  const code = commit === undefined ? '' : `, at commit ${commit}`;
  const many = size === 'full' ? ', many samples (`--full`)' : '';
  return `Row \`${name}\`, measured on ${at.slice(0, 10)} at ${at.slice(11, 16)} UTC${code}${many}; load average ${load}.`;
}

/** How many targets of these are met. */
function score(all: readonly JudgedFigure[], added: boolean): string {
  const targets = all.flatMap(({ target }) => target ?? []).filter((each) => (each.added ?? false) === added);
  return `${targets.filter(({ met }) => met).length} of ${targets.length}`;
}

/** The page that shows what was measured. */
export function page({ machine, rows }: Measurements): string {
  const all = rows.flatMap(({ figures }) => figures);
  return [
    '# Performance',
    '',
    '<!-- Made by scripts/bench; what is written here by hand is lost. -->',
    '',
    `Measured by \`sudo scripts/bench\`; every sample is in [performance.json](performance.json). Ours and the others' were measured in turn on the same machine. Rows can be measured one by one: each says when that was, on which commit (with a \`+\` where the code differed from it), and what else the machine had to do when it began and ended. Where one is measured once, the number of samples says so. ${score(all, false)} targets that were set beforehand are met, and ${score(all, true)} that were added with the rows.`,
    '',
    ...Object.entries(machine).map(([what, is]) => `- ${what}: ${is}`),
    '',
    ...rows.flatMap((row) => [
      `## ${row.title}`,
      '',
      `${measured(row)} What takes the time: ${row.bound}.`,
      '',
      ...(row.figures.some((figure) => figure.at !== undefined)
        ? [`![${row.title}](performance-${row.name}.svg)`, '']
        : []),
      ...row.figures.flatMap(table),
    ]),
  ].join('\n');
}
