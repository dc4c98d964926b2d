import t from 'tap';
import { Fault } from '../../../lib/fault.ts';
import { NextOwner } from '../../../lib/keeper/next-owner.ts';

/** A store that answers as it is told, and counts how often it was asked. */
function stage() {
  const asked = { access: 0, restore: 0, room: 0 };
  const logged: string[] = [];
  const answers = {
    access: async () => {},
    restore: async () => {},
    room: async () => {},
  };
  const store: ConstructorParameters<typeof NextOwner>[0] = {
    checkAccess: () => {
      asked.access += 1;
      return answers.access();
    },
    restore: () => {
      asked.restore += 1;
      return answers.restore();
    },
    setRoomAside: () => {
      asked.room += 1;
      return answers.room();
    },
  };
  const next = new NextOwner(store, (event) => logged.push(event));
  const beats = async (number: number) => {
    for (let beat = 0; beat < number; beat++) await next.look(false);
  };
  return { asked, answers, next, beats, logged };
}

t.test('it is looked at with every fifteenth beat; for room, not with the first ones', async (t) => {
  const { asked, beats } = stage();
  await beats(1);
  t.same(asked, { access: 1, restore: 0, room: 0 });
  await beats(4);
  t.same(asked, { access: 1, restore: 0, room: 1 });
  await beats(15);
  t.same(asked, { access: 2, restore: 0, room: 2 });
});

t.test('what he would refuse is said until it is mended; a storage that fails says nothing', async (t) => {
  const { answers, next, beats } = stage();
  t.equal(next.refused, null);
  answers.access = () => Promise.reject(new Fault('not-ours', 'it is open', { cure: 'chmod go-w it' }));
  await beats(1);
  t.equal(next.refused, 'it is open; chmod go-w it');
  for (const error of [new Fault('failed', 'EIO'), new Error('odd')]) {
    answers.access = () => Promise.reject(error);
    await beats(15);
    t.equal(next.refused, 'it is open; chmod go-w it');
  }
  answers.access = async () => {};
  await beats(15);
  t.equal(next.refused, null);
});

t.test(
  'what is gone is written anew at once; where it cannot be, that is said until it is there',
  async (t) => {
    const { answers, next, asked, logged } = stage();
    await next.look(true);
    t.same([asked, logged, next.gone], [{ access: 0, restore: 1, room: 0 }, ['store-restored'], null]);
    answers.restore = () => Promise.reject(new Fault('failed', 'it is gone', { cure: 'mount it' }));
    await next.look(true);
    t.equal(next.gone, 'it is gone; mount it');
    t.same(logged, ['store-restored']);
    await next.look(false);
    t.equal(next.gone, null);
  },
);

t.test('where there is no room, that is said, and not tried again soon', async (t) => {
  const { asked, answers, next, beats } = stage();
  answers.room = () => Promise.reject(new Fault('failed', 'cannot set room aside (ENOSPC)'));
  await beats(5);
  t.equal(next.noRoom, 'cannot set room aside (ENOSPC)');
  answers.room = async () => {};
  await beats(300);
  t.equal(asked.room, 1);
  await beats(15);
  t.same([asked.room, next.noRoom], [2, null]);
});

t.test('it is made once at a time, and nobody waits for it', async (t) => {
  const { asked, answers, beats } = stage();
  let made = () => {};
  answers.room = () =>
    new Promise<void>((resolve) => {
      made = resolve;
    });
  await beats(20);
  t.equal(asked.room, 1);
  made();
  await beats(15);
  t.equal(asked.room, 2);
});
