import type { Adoption } from './adoption.ts';
import { COPIERS, type Kill } from './kill.ts';
import type { Loss } from './loss.ts';

/** The kills of one mode. */
export interface ModeRun {
  readonly mode: string;
  readonly promise: string;
  readonly kills: readonly Kill[];
  /** Kills in a cluster, with real lock clients. */
  readonly adoptions: readonly Adoption[];
}

/** The table of one mode: ours, and what a copier lost in the very same kills. */
export function tableOf({ mode, promise, kills, adoptions }: ModeRun): string {
  const broken = kills.filter((kill) => kill.broken !== null);
  const rows: (readonly [string, readonly Loss[]])[] = [
    [`${mode}, processes killed`, kills.map(({ killed }) => killed)],
    [`${mode}, power cut`, kills.map(({ powerCut }) => powerCut)],
    ...COPIERS.map((period): readonly [string, Loss[]] => [
      `a copy every ${period} s, power cut`,
      kills.flatMap(({ copiers }) => copiers[period] ?? []),
    ]),
  ];
  const granted = kills.reduce((sum, kill) => sum + kill.granted, 0);
  return [
    `### ${mode}: ${promise}`,
    '',
    `${kills.length} kills, ${granted} first locks; the promise was broken ${broken.length} times.`,
    ...broken.map((kill) => `- after ${kill.after} ms: ${kill.broken}`),
    '',
    '|  | kills that lost a client | clients lost, all in all | in one kill: median, 95 %, most | age of the oldest lost lock, ms: median, 95 %, most |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map(([name, losses]) => rowOf(name, losses)),
    '',
    ...adoptions.map(sentenceOf),
    '',
  ].join('\n');
}

function rowOf(name: string, losses: readonly Loss[]): string {
  const clients = losses.map((loss) => loss.clients);
  const sum = clients.reduce((total, count) => total + count, 0);
  const cells = [
    `${clients.filter((count) => count > 0).length}`,
    `${sum}`,
    spread(clients),
    spread(losses.map(({ window }) => Math.round(window * 10) / 10)),
  ];
  return `| ${name} | ${cells.join(' | ')} |`;
}

function sentenceOf({ granted, loss, kept, broken }: Adoption): string {
  const lost = `${loss.clients} not in the lock store${loss.clients > 0 ? ` (${Math.round(loss.window)} ms)` : ''}`;
  return `- in a cluster: ${granted} locks, ${lost}, ${kept} kept by their clients${broken === null ? '' : `: ${broken}`}`;
}

/** Median, 95th percentile (nearest rank) and maximum. */
function spread(values: readonly number[]): string {
  const sorted = [...values].sort((one, other) => one - other);
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return [rank(0.5), rank(0.95), rank(1)].join(', ');
}
