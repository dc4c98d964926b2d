import t from 'tap';
import { Limiter } from '../../lib/limiter.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

t.test('no more than allowed at once, in order, urgent ones first', async (t) => {
  const limiter = new Limiter(2);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const task = (name: string, urgent = false): Promise<string> =>
    limiter.run(async () => {
      begun.push(name);
      await new Promise<void>((end) => ends.set(name, end));
      return name;
    }, urgent);
  const done = [task('a'), task('b'), task('c'), task('d'), task('e', true)];
  await turn();
  t.strictSame(begun, ['a', 'b']);
  t.equal(limiter.waiting, 3);
  for (const name of ['a', 'b', 'e', 'c', 'd']) {
    ends.get(name)?.();
    await turn();
  }
  t.strictSame(begun, ['a', 'b', 'e', 'c', 'd']);
  t.strictSame(await Promise.all(done), ['a', 'b', 'c', 'd', 'e']);
});

t.test('a task that fails makes room too', async (t) => {
  const limiter = new Limiter(1);
  const failing = limiter.run(async () => {
    throw new Error('no');
  });
  const next = limiter.run(async () => 'yes');
  await t.rejects(failing, { message: 'no' });
  t.equal(await next, 'yes');
});
