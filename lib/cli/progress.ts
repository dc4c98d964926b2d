import { performance } from 'node:perf_hooks';
import type { Writable } from 'node:stream';
import cliProgress from 'cli-progress';
import type { Step } from './storage/step.ts';
import type { Output } from './terminal.ts';

/** How far a long piece of work has come. */
export interface Progress {
  update(done: number): void;
  end(): void;
}

/** A line of plain progress is written this often at most, milliseconds. */
const EVERY = 1000;

/** A bar that is drawn anew on a terminal, a line now and then elsewhere. @param what as in "clients told" */
export function progressOn(output: Output, total: number, what: string): Progress {
  return output.isTTY ? bar(output, total, what) : lines(output, total, what);
}

function bar(output: Output, total: number, what: string): Progress {
  const single = new cliProgress.SingleBar({
    ...{
      format: `{bar} {value} of {total} ${what}, {duration_formatted}`,
      barsize: 30,
      barCompleteChar: '#',
    },
    ...{ barIncompleteChar: '-', hideCursor: false, gracefulExit: false, stream: output as Writable },
  });
  single.start(total, 0);
  return { update: (done) => single.update(done), end: () => single.stop() };
}

function lines(output: Output, total: number, what: string): Progress {
  let now = 0;
  let written = 0;
  let at = Number.NEGATIVE_INFINITY;
  const write = () => {
    output.write(`lockferry: ${now} of ${total} ${what}\n`);
    written = now;
    at = performance.now();
  };
  return {
    update(done) {
      now = done;
      if (now !== written && performance.now() - at >= EVERY) write();
    },
    end() {
      if (now !== written) write();
    },
  };
}

/** The progress of one thing after another, as they begin. */
export function progressOfSteps(output: Output): { onStep(step: Step): void; end(): void } {
  let current: { readonly what: string; readonly progress: Progress } | null = null;
  return {
    onStep({ what, done, total }) {
      if (current?.what !== what) {
        current?.progress.end();
        current = { what, progress: progressOn(output, total, what) };
      }
      current.progress.update(done);
    },
    end() {
      current?.progress.end();
    },
  };
}
