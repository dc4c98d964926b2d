/** So many nodes at a time: all of a crowd at once would let each wait too long for its share of the processors. */
const SIZE = 5;

/** Does the same with all of them, a batch at a time, in their order. */
export async function inBatches<T, R>(
  all: readonly T[],
  act: (each: T, at: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  for (let first = 0; first < all.length; first += SIZE) {
    const batch = all.slice(first, first + SIZE);
    results.push(...(await Promise.all(batch.map((each, at) => act(each, first + at)))));
  }
  return results;
}
