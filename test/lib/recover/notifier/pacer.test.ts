import t from 'tap';
import { type Ask, Client } from '../../../../lib/recover/notifier/client.ts';
import type { Clock } from '../../../../lib/recover/notifier/clock.ts';
import { Pacer } from '../../../../lib/recover/notifier/pacer.ts';

/** A clock that goes only where it is told to; each moment is one turn of the event loop. */
class HandClock implements Clock {
  #now = 0;
  #calls: { at: number; call: () => void }[] = [];
  now(): number {
    return this.#now;
  }
  after(milliseconds: number, call: () => void): () => void {
    const entry = { at: this.#now + milliseconds, call };
    this.#calls.push(entry);
    return () => {
      this.#calls = this.#calls.filter((other) => other !== entry);
    };
  }
  /** When something is to be called next. */
  get next(): number | undefined {
    return this.#calls.length === 0 ? undefined : Math.min(...this.#calls.map(({ at }) => at));
  }
  /** Goes to the next call, and makes it. */
  step(): void {
    const next = this.#calls.find(({ at }) => at === this.next);
    if (!next) throw new Error('nothing is to be called');
    this.#calls = this.#calls.filter((other) => other !== next);
    this.#now = Math.max(this.#now, next.at);
    next.call();
  }
}

const client = (name: string): Client => new Client({ client: name, addresses: [], hostNames: [] }, [], [0]);

function ask(of: Client): Ask {
  return { xid: 1, client: of, about: 0, address: '10.0.0.1', port: 1, sentAt: 0, sends: 0, held: false };
}

/** A pacer with so many clients to begin with; `log` says what it let happen. */
function setUp(places: number, clients: number) {
  const clock = new HandClock();
  const log: string[] = [];
  const asks: Ask[] = [];
  let begun = 0;
  const send = (question: Ask): void => {
    asks.push(question);
    pacer.sent(question);
  };
  const pacer: Pacer = new Pacer(clock, places, {
    begin() {
      if (begun === clients) return false;
      begun += 1;
      log.push(`begin ${begun}`);
      send(ask(client(`${begun}`)));
      return true;
    },
    send(question) {
      log.push(`send ${question.client.target.client}`);
      send(question);
    },
    over: (over) => log.push(`over ${over.target.client}`),
    again(again) {
      log.push(`again ${again.target.client}`);
      send(ask(again));
    },
  });
  return { clock, log, asks, pacer };
}

t.test('32 in one turn, the rest in the next, no more than there are places', async (t) => {
  const { clock, log, asks, pacer } = setUp(50, 100);
  pacer.wake();
  clock.step();
  t.equal(log.length, 32);
  t.equal(clock.next, 0, 'the next turn');
  clock.step();
  t.equal(log.length, 50, 'all places are taken');
  t.equal(clock.next, 3, 'until the oldest is given up');
  for (const question of asks.slice(0, 10)) pacer.answered(question);
  t.equal(clock.next, 0, 'answers wake it');
  clock.step();
  t.equal(log.length, 60);
});

t.test('answered clients first, then new ones, then those that are tried again', async (t) => {
  const { clock, log, pacer } = setUp(50, 2);
  pacer.retry(client('old'));
  pacer.soon(ask(client('answered')));
  clock.step();
  t.strictSame(log, ['send answered', 'begin 1', 'begin 2', 'again old']);
});

t.test('a client comes back when its time is over', async (t) => {
  const { clock, log, pacer } = setUp(50, 0);
  pacer.later(client('late'), 500);
  pacer.later(client('later'), 1000);
  t.equal(pacer.waiting, 2);
  pacer.wake();
  clock.step();
  t.strictSame(log, []);
  t.equal(clock.next, 500);
  clock.step();
  t.strictSame(log, ['over late']);
  clock.step();
  t.strictSame(log, ['over late', 'over later']);
  t.equal(clock.next, 2000, 'with nothing to do it looks once a second');
});

t.test(
  'dead clients give up their places, and cost nothing more while others wait for a first try',
  async (t) => {
    const { clock, log, pacer } = setUp(2, 60);
    pacer.later(client('late'), 10);
    pacer.retry(client('old'));
    pacer.wake();
    while (log.length < 62) clock.step();
    t.strictSame(log.slice(59), ['begin 60', 'over late', 'again old']);
    t.ok(clock.now() <= 100);
  },
);

t.test('it stops', async (t) => {
  const { clock, log, pacer } = setUp(2, 6);
  pacer.stop();
  pacer.wake();
  t.equal(clock.next, undefined);
  const other = setUp(2, 6);
  other.pacer.wake();
  other.pacer.stop();
  other.pacer.wake();
  t.equal(other.clock.next, undefined);
  t.strictSame([...log, ...other.log], []);
});
