import t from 'tap';
import { Fault } from '../../../lib/fault.ts';
import { StoreAccess } from '../../../lib/keeper/store-access.ts';

t.test('it is looked at with the first beat, and with every fifth from then on', async (t) => {
  let asked = 0;
  const access = new StoreAccess(async () => {
    asked += 1;
  });
  await access.look();
  t.equal(asked, 1);
  for (let beat = 2; beat <= 5; beat++) await access.look();
  t.equal(asked, 1);
  await access.look();
  t.equal(asked, 2);
});

t.test('what the next owner would refuse is said until it is mended; a storage that fails says nothing', async (t) => {
  const refused = new Fault('not-ours', 'it is open', { cure: 'chmod go-w it' });
  const answers: (Error | null)[] = [refused, new Fault('failed', 'EIO'), new Error('odd'), null];
  const access = new StoreAccess(async () => {
    const answer = answers.shift() ?? null;
    if (answer !== null) throw answer;
  });
  const said: (string | null)[] = [access.trouble];
  for (let beat = 0; beat < 20; beat++) {
    await access.look();
    if (beat % 5 === 0) said.push(access.trouble);
  }
  const sentence = 'it is open; chmod go-w it';
  t.same(said, [null, sentence, sentence, sentence, null]);
});
