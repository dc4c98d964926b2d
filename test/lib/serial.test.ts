import t from 'tap';
import { Serial } from '../../lib/serial.ts';

t.test('one after another, in order, and a failure holds nobody up', async (t) => {
  const serial = new Serial();
  const log: string[] = [];
  const step = (name: string) => async () => {
    log.push(`${name} begins`);
    await new Promise(setImmediate);
    log.push(`${name} ends`);
    if (name === 'b') throw new Error(name);
    return name;
  };
  const [a, b, c] = [serial.run(step('a')), serial.run(step('b')), serial.run(step('c'))];
  await t.rejects(b, { message: 'b' });
  t.same([await a, await c], ['a', 'c']);
  t.same(log, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});
