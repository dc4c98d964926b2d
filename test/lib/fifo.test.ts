import t from 'tap';
import { Fifo } from '../../lib/fifo.ts';

t.test('first in, first out, whatever comes and goes between', async (t) => {
  const fifo = new Fifo<number>();
  t.equal(fifo.shift(), undefined);
  t.equal(fifo.peek(), undefined);
  const out: number[] = [];
  let next = 0;
  for (let round = 1; round < 60; round += 1) {
    for (let n = 0; n < round % 7; n += 1) fifo.push(next++);
    for (let n = 0; n < round % 5; n += 1) {
      const head = fifo.peek();
      const item = fifo.shift();
      t.equal(item, head);
      if (item !== undefined) out.push(item);
    }
    t.equal(fifo.length, next - out.length);
  }
  for (let item = fifo.shift(); item !== undefined; item = fifo.shift()) out.push(item);
  t.strictSame(
    out,
    Array.from({ length: next }, (_, index) => index),
  );
});
