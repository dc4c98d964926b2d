import { performance } from 'node:perf_hooks';

/** How far a task has come. */
export interface Step {
  /** What is counted, as in "files conveyed". */
  readonly what: string;
  readonly done: number;
  readonly total: number;
}

export type Report = (step: Step) => void;

/** Milliseconds: what is done sooner needs no word; how often there is one then. */
const FIRST_AFTER = 1000;
const EVERY = 200;

/** Passes on few of many steps, and none of a task that is done soon. */
export function seldom(report: Report): Report {
  let next = performance.now() + FIRST_AFTER;
  return (step) => {
    const now = performance.now();
    if (now < next) return;
    next = now + EVERY;
    report(step);
  };
}
