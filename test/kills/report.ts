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

/** What one mode lost; and what a copier lost in the very same kills. */
export function reportOf({ mode, promise, kills, adoptions }: ModeRun): string {
  const broken = [...kills, ...adoptions].flatMap((one) => one.broken ?? []);
  const lines = [
    `### ${mode}: ${promise}`,
    '',
    `The promise was broken ${broken.length} times.`,
    ...broken.map((why) => `- ${why}`),
    '',
  ];
  if (kills.length > 0) lines.push(...tableOf(mode, kills));
  if (adoptions.length > 0) lines.push(...clusterLines(adoptions));
  return lines.join('\n');
}

function tableOf(mode: string, kills: readonly Kill[]): string[] {
  const rows: (readonly [string, readonly Loss[]])[] = [
    [`${mode}, processes killed`, kills.map(({ killed }) => killed)],
    [`${mode}, power cut`, kills.map(({ powerCut }) => powerCut)],
    ...COPIERS.map((period): readonly [string, Loss[]] => [
      `a copy every ${period} s, power cut`,
      kills.flatMap(({ copiers }) => copiers[period] ?? []),
    ]),
  ];
  return [
    `${kills.length} kills, ${sum(kills.map(({ granted }) => granted))} first locks:`,
    '',
    '|  | kills that lost a client | clients lost, all in all | in one kill: median, 95 %, most | age of the oldest lost lock, ms: median, 95 %, most |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map(([name, losses]) => rowOf(name, losses)),
    '',
    `The slowest answer in one kill took, ms: median, 95 %, most ${spread(kills.map(({ slowest }) => slowest))}.`,
    '',
  ];
}

function clusterLines(adoptions: readonly Adoption[]): string[] {
  const granted = sum(adoptions.map((one) => one.granted));
  const lost = sum(adoptions.map(({ loss }) => loss.clients));
  const kept = sum(adoptions.map((one) => one.kept));
  return [
    `${adoptions.length} kills in a cluster, ${granted} first locks of real clients: ${lost} were not in the lock store, ` +
      `${kept} were reclaimed on the adoptive node and kept there.`,
    '',
  ];
}

function rowOf(name: string, losses: readonly Loss[]): string {
  const clients = losses.map((loss) => loss.clients);
  const cells = [
    `${clients.filter((count) => count > 0).length}`,
    `${sum(clients)}`,
    spread(clients),
    spread(losses.map(({ window }) => Math.round(window * 10) / 10)),
  ];
  return `| ${name} | ${cells.join(' | ')} |`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Median, 95th percentile (nearest rank) and maximum. */
function spread(values: readonly number[]): string {
  const sorted = [...values].sort((one, other) => one - other);
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return [rank(0.5), rank(0.95), rank(1)].join(', ');
}
