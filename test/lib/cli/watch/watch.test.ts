import { EventEmitter } from 'node:events';
import t from 'tap';
import { watch } from '../../../../lib/cli/watch/watch.ts';

/** Somebody who reads, and may stop to. */
function reader() {
  const written: string[] = [];
  const stdout = Object.assign(new EventEmitter(), { write: (text: string) => written.push(text) });
  return { written, stdout };
}

t.test('it asks again until a signal comes, whatever the answers are', async (t) => {
  const { written, stdout } = reader();
  const signals = new EventEmitter();
  let asked = 0;
  const ask = async () => {
    asked += 1;
    if (asked === 2) throw new Error('no answer');
    if (asked === 4) signals.emit('SIGTERM');
    return [];
  };
  const last = await watch({ of: 'n1', ask, every: 1 }, { stdout }, { signals });
  t.equal(asked, 4);
  t.match(last, { of: 'n1', services: [], problem: null });
  t.match(written, [/no service is started here/, /no answer/, /no service/]);
});

t.test('it does not wait for an answer that does not come', async (t) => {
  const { stdout } = reader();
  const signals = new EventEmitter();
  const ask = () => {
    setImmediate(() => signals.emit('SIGINT'));
    return new Promise<never>(() => undefined);
  };
  t.match(await watch({ of: 'n1', ask }, { stdout }, { signals }), { services: [] });
});

t.test('it ends when nobody reads any more', async (t) => {
  const { stdout } = reader();
  const ask = async () => {
    setImmediate(() => stdout.emit('error'));
    return [];
  };
  t.match(await watch({ of: 'n1', ask }, { stdout }, { signals: new EventEmitter() }), { services: [] });
  const silent = { write: () => undefined };
  const signals = new EventEmitter();
  setImmediate(() => signals.emit('SIGINT'));
  await watch({ of: 'n1', ask: async () => [], every: 1 }, { stdout: silent }, { signals });
});
