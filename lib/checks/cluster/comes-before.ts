import type { Cib } from './cib.ts';

/** Whether one resource always starts before another: by groups and by mandatory order constraints, however long the way. */
export function comesBefore({ orders, containers }: Cib, first: string, next: string): boolean {
  const seen = new Set([first]);
  const waiting = [first];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const names = new Set([id, ...around(containers, id)]);
    const after = orders
      .filter((order) => names.has(order.first))
      .flatMap((order) => inside(containers, order.next));
    if (after.includes(next)) return true;
    for (const each of after.filter((each) => !seen.has(each))) {
      seen.add(each);
      waiting.push(each);
    }
  }
  return false;
}

/** A container is started when all that is in it is. */
function around(containers: Cib['containers'], id: string): string[] {
  return [...containers].filter(([, members]) => members.includes(id)).map(([container]) => container);
}

function inside(containers: Cib['containers'], id: string): readonly string[] {
  return containers.get(id) ?? [id];
}
