/** The value below which this part of the samples lies. @param part from 0 to 1 */
export function quantile(samples: readonly number[], part: number): number {
  const sorted = [...samples].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

/** The value in the middle, or the mean of the two that are. */
export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((one, other) => one - other);
  const half = sorted.length / 2;
  return (Number(sorted[Math.ceil(half) - 1]) + Number(sorted[Math.floor(half)])) / 2;
}

/** Between which values the median of all that could be sampled is, in 19 of 20 cases. */
export function medianBetween(samples: readonly number[]): { readonly low: number; readonly high: number } {
  // Ranks of a binomial distribution: one standard deviation is half the root of the number.
  const part = 0.98 / Math.sqrt(samples.length);
  return { low: quantile(samples, 0.5 - part), high: quantile(samples, 0.5 + part) };
}

/**
 * Runs the contestants in turn, each round in another order: whatever else the machine does falls upon all of them.
 * Each returns its sample.
 */
export async function interleaved(
  rounds: number,
  contestants: Readonly<Record<string, (round: number) => Promise<number>>>,
): Promise<Record<string, number[]>> {
  const names = Object.keys(contestants);
  const samples = Object.fromEntries(names.map((name): [string, number[]] => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const first = round % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      samples[name]?.push(await (contestants[name] as (round: number) => Promise<number>)(round));
    }
  }
  return samples;
}

/** How long something takes, milliseconds. */
export async function timed(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
