import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';

/** Work that is done before others get their turn, in ms. */
const SLICE = 8;

/** Does something with each item, giving others their turn in between. */
export async function inSlices<T>(items: Iterable<T>, act: (item: T) => void): Promise<void> {
  let turn = performance.now();
  for (const item of items) {
    act(item);
    if (performance.now() - turn < SLICE) continue;
    await setImmediate();
    turn = performance.now();
  }
}
