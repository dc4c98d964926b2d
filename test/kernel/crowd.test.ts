import { ALL_LOCKS, CLIENTS, followCrowd } from './crowd.ts';
import { FULL, labTest, PATTERN, TIMES } from './lab-test.ts';
import { note } from './results.ts';

const NAME = '20 clients, 1000 locks, primary killed';

for (let run = 1; PATTERN.test(NAME) && run <= TIMES; run += 1) {
  labTest(`${NAME}, run ${run}`, async (t, lab) => {
    const crowd = await followCrowd(lab, 'lockferry');
    t.comment(`all locks on the server after ${crowd.reclaimed} ms`);
    t.match(crowd, { onServer: ALL_LOCKS, disagreements: [], heldTwice: [], stolen: 0 });
    await note({
      row: NAME,
      passed: t.passing(),
      by: 'hand',
      fates: {},
      reclaimed: crowd.reclaimed ?? undefined,
    });
  });
}

if (FULL && PATTERN.test(NAME)) {
  labTest(`${NAME}, nothing carries the locks`, async (t, lab) => {
    const { onServer, stolen } = await followCrowd(lab, 'none');
    t.equal(onServer, 0);
    t.equal(stolen, CLIENTS, 'each gets what another one believes to hold');
  });
}
