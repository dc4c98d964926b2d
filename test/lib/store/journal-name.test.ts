import fc from 'fast-check';
import t from 'tap';
import { journalName, parseJournalName } from '../../../lib/store/journal-name.ts';

t.test('a name sorts as its epoch and generation do, and says which they are', async (t) => {
  t.equal(journalName({ epoch: 7, generation: 1 }), 'epoch-00000007.0001.journal');
  const natural = fc.integer({ min: 1, max: 10 ** 11 });
  fc.assert(
    fc.property(natural, natural, (epoch, generation) => {
      const id = parseJournalName(journalName({ epoch, generation }));
      return id?.epoch === epoch && id.generation === generation;
    }),
  );
});

t.test('anything else in the directory is not ours', async (t) => {
  for (const name of [
    'lost+found',
    'epoch-7.1.journal',
    'epoch-00000007.0001.journal~',
    '../epoch-00000007.0001.journal',
  ]) {
    t.equal(parseJournalName(name), undefined);
  }
});
