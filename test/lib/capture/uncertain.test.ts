import t from 'tap';
import { type Certainty, unseen } from '../../../lib/capture/examine.ts';
import { Uncertain } from '../../../lib/capture/uncertain.ts';

/** A time stamp with a part of a second, as most file systems keep it. */
const NOW = 1_700_000_000_500;
const seen = (certainty: Certainty, changedAt = NOW) => ({ ...unseen(null), certainty, changedAt });
const examined = (
  ...names: readonly (readonly [name: string, certainty: Certainty, changedAt?: number])[]
) => {
  const uncertain = new Uncertain();
  for (const [name, ...facts] of names) uncertain.examined(name, seen(...facts));
  return uncertain;
};

t.test('what is settled is not looked at again', async (t) => {
  const uncertain = examined(['a', 'racy'], ['a', 'settled'], ['b', 'writing'], ['b', 'settled']);
  t.same(uncertain.due(false, NOW + 1000), []);
  t.notOk(uncertain.restless);
  t.notOk(uncertain.writing);
});

t.test(
  'what is half-written is looked at again at once, and waited for until it has taken too long',
  async (t) => {
    const uncertain = examined(['a', 'writing']);
    t.same(uncertain.due(true, NOW), ['a']);
    t.ok(uncertain.writing);
    t.ok(uncertain.restless);
    uncertain.examined('a', seen('overdue'));
    t.same(uncertain.due(true, NOW), ['a']);
    t.notOk(uncertain.writing);
    t.notOk(uncertain.restless);
  },
);

t.test('what was read in the moment of its change is read again when that has passed', async (t) => {
  const uncertain = examined(['a', 'racy']);
  t.ok(uncertain.restless);
  t.same(uncertain.due(false, NOW + 1), []);
  t.same(uncertain.due(false, NOW + 100), ['a']);
  uncertain.drop('a');
  t.same(uncertain.due(false, NOW + 100), []);
  t.notOk(uncertain.restless);
});

t.test('while clients come it waits for others of its kind, but not for ever', async (t) => {
  const uncertain = examined(['old', 'racy'], ['young', 'racy', NOW + 2000.5], ['half', 'writing']);
  t.same(uncertain.due(true, NOW + 2500), ['half']);
  t.same(uncertain.due(true, NOW + 3000), ['half', 'old', 'young']);
});
