import t, { type Test } from 'tap';
import { Ownership } from '../../../lib/keeper/ownership.ts';

/** A storage that says what it is given, and that can be asked how often it was asked. */
function stage(t: Test, ...answers: (boolean | Error)[]) {
  let asked = 0;
  let now = 1000;
  t.capture(performance, 'now', () => now);
  const ownership = new Ownership(async () => {
    const answer = answers[asked] ?? true;
    asked += 1;
    if (answer instanceof Error) throw answer;
    return answer;
  });
  return {
    ownership,
    asked: () => asked,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

t.test('the storage is asked after each commit, once somebody has wanted to know', async (t) => {
  const { ownership, asked } = stage(t);
  ownership.committed();
  t.equal(asked(), 0, 'nobody has');
  t.equal(await ownership.confirmed(), true);
  t.equal(asked(), 1);
  ownership.committed();
  t.equal(asked(), 2, 'before anybody waits for it');
  t.equal(await ownership.confirmed(), true);
  t.equal(await ownership.confirmed(), true);
  t.equal(asked(), 2);
});

t.test('an answer from before a commit says nothing of it', async (t) => {
  const { ownership } = stage(t, true, false);
  t.equal(await ownership.confirmed(), true);
  ownership.committed();
  t.equal(await ownership.confirmed(), false);
});

t.test('an answer is not given again when it is old', async (t) => {
  const { ownership, asked, pass } = stage(t, true, false);
  t.equal(await ownership.confirmed(), true);
  pass(999);
  t.equal(await ownership.confirmed(), true);
  pass(1);
  t.equal(await ownership.confirmed(), false);
  t.equal(asked(), 2);
});

t.test('a storage that did not say is asked anew', async (t) => {
  const { ownership, asked } = stage(t, new Error('EIO'), true);
  await t.rejects(ownership.confirmed(), { message: 'EIO' });
  t.equal(await ownership.confirmed(), true);
  t.equal(asked(), 2);
});

t.test('that nobody waits for an answer that fails is no fault, nor does it spoil a later one', async (t) => {
  const { ownership, asked } = stage(t, true, new Error('EIO'), true);
  await ownership.confirmed();
  ownership.committed();
  ownership.committed();
  t.equal(await ownership.confirmed(), true);
  t.equal(asked(), 3);
});
