import { ALL_LOCKS, CLIENTS, followCrowd, setCrowd } from './crowd.ts';
import { FULL, labTest, PATTERN, TIMES } from './lab-test.ts';
import { noted } from './results.ts';

const NAME = '20 clients, 1000 locks, primary killed';

for (let run = 1; PATTERN.test(NAME) && run <= TIMES; run += 1) {
  labTest(`${NAME}, run ${run}`, async (t, lab) => {
    const scene = await setCrowd(lab, 'lockferry');
    await noted({ row: NAME, by: 'hand' }, async () => {
      const crowd = await followCrowd(scene, 'lockferry');
      t.comment(`all locks on the server after ${crowd.reclaimed} ms`);
      const passed = t.match(crowd, { onServer: ALL_LOCKS, disagreements: [], heldTwice: [], stolen: 0 });
      const { onServer, disagreements, heldTwice, stolen } = crowd;
      return {
        ...{ passed, fates: {}, reclaimed: crowd.reclaimed ?? undefined },
        ...(passed ? {} : { note: JSON.stringify({ onServer, disagreements, heldTwice, stolen }) }),
      };
    });
  });
}

if (FULL && PATTERN.test(NAME)) {
  labTest(`${NAME}, nothing carries the locks`, async (t, lab) => {
    const { onServer, stolen } = await followCrowd(await setCrowd(lab, 'none'), 'none');
    t.equal(onServer, 0);
    t.equal(stolen, CLIENTS, 'each gets what another one believes to hold');
  });
}
