/** The value below which this part of the samples lies. @param part from 0 to 1 */
export function quantile(samples: readonly number[], part: number): number {
  const sorted = [...samples].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

export interface Summary {
  readonly median: number;
  readonly p99: number;
}

export function summaryOf(samples: readonly number[]): Summary {
  return { median: quantile(samples, 0.5), p99: quantile(samples, 0.99) };
}
