import t from 'tap';
import { type Question, Window } from '../../../../lib/recover/notifier/window.ts';

const question = (): Question => ({ sentAt: 0, sends: 0, held: false });

t.test('answers make room', async (t) => {
  const window = new Window(2);
  const [one, two] = [question(), question()];
  t.equal(window.waits(0), 0, 'nothing is out');
  window.sent(one, 0);
  t.ok(window.hasRoom(0));
  window.sent(two, 0);
  t.notOk(window.hasRoom(1));
  window.answered(one, 1);
  t.ok(window.hasRoom(1));
  window.answered(one, 1);
  window.sent(one, 1);
  t.notOk(window.hasRoom(1), 'an answer that comes twice makes room once');
});

t.test('silence makes room after a while, and no sooner where answers are quick', async (t) => {
  const window = new Window(1);
  const dead = question();
  window.sent(dead, 0);
  t.equal(window.waits(0), 3, 'nobody has answered yet');
  t.notOk(window.hasRoom(2));
  t.ok(window.hasRoom(3));
  const live = question();
  window.sent(live, 20);
  window.answered(live, 20.5);
  window.sent(question(), 30);
  t.equal(window.waits(31), 4, 'the shortest hold');
  t.ok(window.hasRoom(35));
});

t.test('the hold follows the time that answers take, within bounds', async (t) => {
  const window = new Window(1);
  for (const roundTrip of [10, 10, 10]) {
    const ask = question();
    window.sent(ask, 0);
    window.answered(ask, roundTrip);
  }
  window.sent(question(), 100);
  t.equal(window.waits(100), 40);
  t.ok(window.hasRoom(140));
  for (let n = 0; n < 60; n += 1) {
    const ask = question();
    window.sent(ask, 200);
    window.answered(ask, 1200);
  }
  window.sent(question(), 2000);
  t.equal(window.waits(2000), 60, 'the longest hold');
});

t.test('the answer to a repeated question says nothing about time', async (t) => {
  const window = new Window(3);
  const ask = question();
  window.sent(ask, 0);
  window.sent(ask, 500);
  window.answered(ask, 501);
  window.sent(question(), 600);
  t.equal(window.waits(600), 3);
});

t.test('a question that is sent again holds one place', async (t) => {
  const window = new Window(2);
  const ask = question();
  window.sent(ask, 0);
  window.sent(ask, 10);
  t.ok(window.hasRoom(10));
  window.sent(question(), 10);
  t.notOk(window.hasRoom(12), 'the first sending is not what counts');
  t.ok(window.hasRoom(13));
  t.equal(window.waits(13), 0);
});

t.test('an answer that comes twice gives one place back', async (t) => {
  const window = new Window(2);
  const ask = question();
  window.sent(ask, 0);
  window.sent(question(), 0);
  window.answered(ask, 1);
  window.answered(ask, 1);
  window.sent(question(), 1);
  t.notOk(window.hasRoom(1));
});
