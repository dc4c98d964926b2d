import t from 'tap';
import { RecoveryBook } from '../../../lib/recover/book.ts';
import type { NotifyResult, Outcome } from '../../../lib/recover/notifier/index.ts';
import type { LedgerEntry, Phase, StoredFile } from '../../../lib/store/index.ts';
import { fileOf, recordOf } from '../store/arbitraries.ts';

const entry = (client: string, phase: Phase): LedgerEntry => {
  return { client, phase, number: 5, names: { vip: 'answered' }, at: 1 };
};

/** A book about these clients, as a store would give it. */
function bookOf(clients: readonly string[], ledger: readonly LedgerEntry[] = []): RecoveryBook {
  return new RecoveryBook({
    inherited: new Map(clients.map((client) => [client, fileOf(client)])),
    ledger: new Map(ledger.map((one) => [one.client, one])),
  });
}

function result(client: string, name: string, outcome: Outcome): NotifyResult {
  return { client, name, outcome, at: 1, attempts: 1, address: client, transport: 'udp' };
}

/** What is to be made durable, in short. */
function taken(book: RecoveryBook): string[] {
  return book.take().map((change) => {
    if (change.type !== 'noted') return change.type;
    const { client, phase, number } = change.entry;
    return `${client} ${phase} ${number}`;
  });
}

t.test('it is about the clients of inherited files, by their client names', async (t) => {
  const file: StoredFile = { ...fileOf('x'), records: [recordOf('::ffff:10.0.0.1'), recordOf('Host.Test')] };
  const book = new RecoveryBook({
    inherited: new Map([['x', file]]),
    ledger: new Map([['10.0.0.9', entry('10.0.0.9', 'back')]]),
  });
  t.same([...book.clients], ['10.0.0.1', 'host.test']);
  t.equal(book.phase('10.0.0.1'), 'recorded');
  t.equal(book.phase('10.0.0.9'), 'recorded', 'nobody that it is about');
  t.same(book.take(), [], 'nothing of that is news to the store');
});

t.test('what the ledger says stands, but who was missed once is expected again', async (t) => {
  const book = bookOf(['a', 'b'], [entry('a', 'told'), entry('b', 'missed')]);
  t.same(book.entry('a'), entry('a', 'told'));
  t.match(book.entry('b'), { client: 'b', phase: 'recorded', number: null, names: {} });
  book.seen(fileOf('b'));
  t.same(book.open(), ['a', 'b'], 'and told again');
});

t.test('conveyed is a step forward only', async (t) => {
  const book = bookOf(['a', 'b'], [entry('b', 'answered')]);
  book.conveyed('a');
  book.conveyed('b');
  t.same(taken(book), ['a conveyed null']);
  t.same(taken(book), [], 'taken once');
});

t.test('present: of the clients expected here, those that are not back already', async (t) => {
  const book = bookOf(['a', 'b'], [entry('b', 'back')]);
  for (const client of ['a', 'b', 'stranger']) book.present(client);
  t.same(taken(book), ['a present null']);
  t.equal(book.phase('stranger'), 'recorded');
  const answered = bookOf(['c', 'd'], [entry('c', 'told'), entry('d', 'answered')]);
  for (const client of ['c', 'd']) answered.present(client);
  t.same(taken(answered), [], 'who has answered was not seen to be present before');
});

t.test('whoever was present is awaited where all locks were dropped', async (t) => {
  const book = bookOf(['a', 'b'], [entry('b', 'back')]);
  book.present('a');
  taken(book);
  book.dropped();
  t.same(taken(book), ['a conveyed null']);
  t.equal(book.phase('b'), 'back');
});

t.test('a line that statd writes anew brings its clients back, once', async (t) => {
  const book = bookOf(['a', 'b', 'c'], [entry('b', 'back')]);
  const line: StoredFile = { ...fileOf('x'), records: ['a', 'b', 'stranger'].map((one) => recordOf(one)) };
  t.same(book.seen(line), ['a']);
  t.same(taken(book), ['a back null']);
  t.same(book.seen(line), []);
  t.same(book.awaited(), ['c']);
});

t.test(
  'who is back without having been told is told nevertheless: it came because of another service',
  async (t) => {
    const book = bookOf(
      ['a', 'b', 'c'],
      [entry('b', 'back'), { ...entry('c', 'back'), number: null, names: {} }],
    );
    book.seen(fileOf('a'));
    t.same(book.awaited(), []);
    t.same(book.open(), ['a', 'c'], 'an earlier keeper has told b');
    for (const client of ['a', 'c']) book.result(result(client, 'vip', 'answered'), 7, 2);
    t.same(book.open(), ['a', 'c'], 'by every name');
    for (const client of ['a', 'c']) book.result(result(client, 'nfs.test', 'answered'), 7, 2);
    t.same(book.open(), []);
    book.beginRound();
    t.same(book.open(), [], 'once is enough');
  },
);

t.test('a client is told when it has answered every name', async (t) => {
  const book = bookOf(['a']);
  book.result(result('a', 'vip', 'unanswered'), 7, 2);
  t.equal(book.phase('a'), 'recorded', 'an attempt is no answer');
  t.equal(book.heard, 0);
  book.result(result('a', 'vip', 'answered'), 7, 2);
  t.same(taken(book), ['a answered 7']);
  t.notOk(book.isAnyToldInVain(7), 'not by every name');
  book.result(result('a', 'vip', 'answered'), 7, 2);
  t.equal(book.phase('a'), 'answered', 'the same name twice is one name');
  book.result(result('a', 'nfs.test', 'refused'), 7, 2);
  t.equal(book.phase('a'), 'answered');
  book.result(result('a', 'nfs.test', 'answered'), 7, 2);
  t.match(book.entry('a'), { phase: 'told', number: 7, names: { vip: 'answered', 'nfs.test': 'answered' } });
  t.equal(book.heard, 3);
  t.same(book.open(), ['a'], 'told is not back');
  t.ok(book.isAnyToldInVain(7));
  t.notOk(book.isAnyToldInVain(9), 'another number is another telling');
});

t.test('another round begins anew, and takes nothing back', async (t) => {
  const book = bookOf(['a']);
  book.result(result('a', 'vip', 'answered'), 7, 1);
  t.ok(book.isAnyToldInVain(7));
  book.beginRound();
  t.notOk(book.isAnyToldInVain(7));
  book.result(result('a', 'vip', 'unanswered'), 9, 1);
  t.match(book.entry('a'), { phase: 'told', number: 9, names: { vip: 'unanswered' } });
});

t.test('an answer makes nobody less than back or present', async (t) => {
  const book = bookOf(['a', 'b']);
  book.seen(fileOf('a'));
  book.present('b');
  for (const client of ['a', 'b']) book.result(result(client, 'vip', 'answered'), 7, 1);
  t.same(taken(book), ['a back 7', 'b present 7']);
});

t.test('who was present is done with when it has answered every name, not one of them', async (t) => {
  const book = bookOf(['a']);
  book.present('a');
  t.same(book.open(), ['a']);
  book.result(result('a', '10.0.0.1', 'answered'), 7, 2);
  t.same(book.open(), ['a'], 'it may know the service by the other name');
  book.result(result('a', 'nfs.test', 'answered'), 7, 2);
  t.same(book.open(), []);
});

t.test('who was present and has answered everything is not told in another round without need', async (t) => {
  const book = bookOf(['a', 'b', 'c'], [entry('b', 'told'), entry('c', 'present')]);
  book.present('a');
  const round = (names: readonly string[], clients: readonly string[]) => {
    book.beginRound(names);
    const open = book.open();
    for (const client of clients)
      for (const name of names) book.result(result(client, name, 'answered'), 7, names.length);
    return open;
  };
  t.same(round(['vip'], ['a', 'b', 'c']), ['a', 'b', 'c'], 'an earlier keeper may not have told all of it');
  t.same(round(['vip'], ['b']), ['b'], 'told is not back');
  t.same(round(['vip', 'other'], ['a', 'b']), ['a', 'b', 'c'], 'a name has come');
  t.same(round(['vip'], []), ['b']);
  t.same(round(['other'], []), ['b', 'c']);
  book.doubtGrace();
  t.same(round(['vip'], []), ['a', 'b', 'c'], 'grace may have been off meanwhile');
});

t.test('who is back is told by a name that came later', async (t) => {
  const book = bookOf(['a', 'b'], [entry('b', 'back')]);
  book.beginRound(['vip']);
  book.result(result('a', 'vip', 'answered'), 7, 1);
  book.seen(fileOf('a'));
  t.same(book.open(), []);
  book.doubtGrace();
  t.same(book.open(), [], 'it has its locks');
  book.beginRound(['vip', 'other']);
  t.same(book.open(), ['a', 'b']);
});

t.test('what was taken and did not become durable is taken again', async (t) => {
  const book = bookOf(['a']);
  book.conveyed('a');
  book.owe([...book.take(), { type: 'number', number: 7 }]);
  t.same(taken(book), ['a conveyed null']);
});

t.test('grace is not ended while somebody who was present may still be reclaiming', async (t) => {
  const book = bookOf(['a']);
  book.present('a');
  book.result(result('a', 'vip', 'answered'), 7, 1);
  t.ok(book.isDone(false, new Set('a')), 'where grace runs its full time nothing has to be waited for');
  t.notOk(book.isDone(true, new Set('a')));
  const LATER = Date.now() + 16_000;
  t.intercept(Date, 'now', { value: () => LATER });
  t.ok(book.isDone(true, new Set('a')));
});

t.test(
  'nor while somebody may be whose line was written for another service before it was told',
  async (t) => {
    const untold = { ...entry('a', 'back'), names: {} };
    const answers = (book: RecoveryBook, announced = 1) =>
      book.result(result('a', 'vip', 'answered'), 7, announced);
    const stories: readonly [string, boolean, RecoveryBook, (book: RecoveryBook) => void][] = [
      ['it had answered nothing', true, bookOf(['a']), (book) => void book.seen(fileOf('a'))],
      ['so a former keeper had seen it', true, bookOf(['a'], [untold]), () => undefined],
      ['a former keeper had told it', false, bookOf(['a'], [entry('a', 'back')]), () => undefined],
      [
        'it had answered one name of two',
        false,
        bookOf(['a']),
        (book) => {
          answers(book, 2);
          book.seen(fileOf('a'));
        },
      ],
    ];
    const later = bookOf(['a']);
    later.beginRound(['vip']);
    answers(later);
    later.seen(fileOf('a'));
    later.beginRound(['vip', 'vip2']);
    answers(later);
    t.notOk(later.isDone(true, new Set()), 'a name came later');
    for (const [what, isWaitedFor, book, happens] of stories) {
      book.beginRound(['vip']);
      happens(book);
      answers(book);
      t.ok(book.isDone(false, new Set()), 'where grace runs its full time nothing has to be waited for');
      t.equal(book.isDone(true, new Set()), !isWaitedFor, what);
      const LATER = Date.now() + 16_000;
      const later = t.intercept(Date, 'now', { value: () => LATER });
      t.ok(book.isDone(true, new Set()));
      later.restore();
    }
  },
);

t.test('who answered everything in two rounds and did not come is hopeless after a while', async (t) => {
  const book = bookOf(['a', 'b']);
  const LATER = Date.now() + 16_000;
  const answers = (client: string) => book.result(result(client, 'vip', 'answered'), 7, 1);
  book.seen(fileOf('b'));
  t.notOk(book.isHopeless('a', LATER), 'never told');
  answers('a');
  answers('a');
  t.notOk(book.isHopeless('a', LATER), 'twice in one round is once');
  book.beginRound();
  answers('a');
  t.notOk(book.isHopeless('a'), 'it may be on its way');
  t.ok(book.isAnyToldInVain(7));
  t.notOk(book.isDone(true, new Set('a')));
  t.ok(book.isHopeless('a', LATER));
  t.intercept(Date, 'now', { value: () => LATER });
  t.notOk(book.isAnyToldInVain(7), 'it is not told again');
  t.ok(book.isDone(true, new Set('a')));
  t.notOk(book.isDone(false, new Set('a')), 'where grace runs its full time nobody is given up');
  book.seen(fileOf('a'));
  t.ok(book.isDone(false, new Set('a')));
});
