/** How much is measured: `tiny` only shows that a row runs. */
export type Size = 'tiny' | 'usual' | 'full';

/** What a row is given. */
export interface Bench {
  readonly size: Size;
  /** An empty directory of the row's own, on the storage that is measured. */
  readonly dir: string;
  /** What was built. */
  readonly dist: string;
}

/** Samples by the name of who was measured, Lockferry's under `lockferry`; in the order in which they were taken. */
export type Samples = Readonly<Record<string, readonly number[]>>;

/** What a figure should be, in words; and whether the median of ours is that. */
export interface Target {
  readonly words: string;
  readonly met: (median: number) => boolean;
  /** Whether it was not set beforehand but when the row was written: it is counted apart from those. */
  readonly added?: boolean;
}

/** One thing that was measured, ours and the others' in turn. */
export interface Figure {
  readonly what: string;
  readonly unit: 'ms' | 'MiB' | '% of a core' | '';
  readonly samples: Samples;
  readonly target?: Target;
  /** How many clients or records: the figure is one point of a curve. */
  readonly at?: number;
  /** Whoever was stopped before he had done it all: his samples say only how long he was given. */
  readonly unfinished?: readonly string[];
  /** What the reader has to know to judge it. */
  readonly note?: string;
}

/** One row of the table: a module of its own under rows/. */
export interface Row {
  readonly name: string;
  readonly title: string;
  /** What the time is spent on: what bounds it. */
  readonly bound: string;
  readonly measure: (bench: Bench) => Promise<readonly Figure[]>;
}

/** A target that is an upper limit, in the figure's unit. */
export function below(limit: number): Target {
  return { words: `< ${limit}`, met: (median) => median < limit };
}

/** The value for this size. */
export function sized<T>(size: Size, values: Readonly<Record<Size, T>>): T {
  return values[size];
}
