import { primaryKilled } from './active-passive.ts';
import { FULL, labTest } from './lab-test.ts';

const TIMES = FULL ? 5 : 1;

for (let run = 1; run <= TIMES; run += 1) {
  labTest(
    `the control, run ${run}: nothing carries the locks, and the competitor gets what the client holds`,
    async (t, lab) => {
      const outcome = await primaryKilled(lab, { protect: 'none' });
      t.comment(`service after ${outcome.served} ms`);
      t.equal(outcome.reclaimed, null);
      t.match(outcome.competitorDuring, { ok: true });
      t.equal(outcome.believes, true, 'its owner is not told');
      t.notMatch(outcome.log, /Failed Resource Actions/);
    },
  );

  labTest(
    `stock nfsserver and nfsnotify, run ${run}: the lock is lost, and every tool reports success`,
    async (t, lab) => {
      const outcome = await primaryKilled(lab, { protect: 'stock-pair' });
      t.comment(`service after ${outcome.served} ms`);
      t.equal(outcome.reclaimed, null);
      t.match(outcome.competitorDuring, { ok: true });
      t.equal(outcome.believes, true, 'its owner is not told');
      t.notMatch(outcome.log, /Failed Resource Actions/);
    },
  );

  labTest(
    `stock nfsserver with nfs_shared_infodir and nfs_ip, run ${run}: the lock is kept`,
    async (t, lab) => {
      const outcome = await primaryKilled(lab, { protect: 'stock' });
      t.comment(`service after ${outcome.served} ms, lock reclaimed after ${outcome.reclaimed} ms`);
      t.type(outcome.reclaimed, 'number');
      t.match(outcome.competitorDuring, { ok: false, error: 'EAGAIN' });
      t.match(outcome.competitorAfter, { ok: false, error: 'EAGAIN' });
      t.equal(outcome.believes, true);
    },
  );
}
