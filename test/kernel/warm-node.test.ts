import { FULL, labTest, OTHER_KERNEL, PATTERN } from './lab-test.ts';
import { adoptOnWarmNode, openGraceWhileThreadWaits, type Setting } from './warm-node.ts';

const REFUSED = { ok: false, error: 'EAGAIN' };

function row(name: string, setting: Setting, wanted: object): void {
  for (let run = 1; PATTERN.test(name) && run <= (FULL ? 5 : 1); run += 1) {
    labTest(`a service arrives on a warm node, ${name}, run ${run}`, async (t, lab) => {
      const outcome = await adoptOnWarmNode(lab, setting);
      t.comment(`by ${outcome.way}, reclaimed ${outcome.reclaimed} ms after the first node's death`);
      t.match(outcome, { grace: { on: true }, adoptedAfter: REFUSED, ...wanted });
      t.type(outcome.reclaimed, 'number');
    });
  }
}

row(
  'whose neighbours keep their locks',
  { neighbours: true },
  { way: 'pinned', dropped: false, neighbours: 1, neighbourAfter: REFUSED },
);

if (FULL) {
  row(
    'where nfsdcld runs and NFSv4 is off',
    { neighbours: true, nfsdcld: true },
    { way: 'pinned', dropped: false, neighbours: 1, neighbourAfter: REFUSED },
  );
  row(
    'which mounts by NFS itself',
    { neighbours: false, mounts: true },
    { way: 'pinned', dropped: false, neighbours: 1, neighbourAfter: REFUSED },
  );
  row(
    'where nfsdcld runs and NFSv4 is served',
    { neighbours: true, nfsdcld: true, v4: true },
    { way: 'threads', dropped: true, neighbours: 0 },
  );
}

if (FULL && !OTHER_KERNEL) {
  row(
    'where only SIGKILL is left',
    { neighbours: true, nfsdcld: true, v4: true, mounts: true },
    { way: 'sigkill', dropped: true, neighbours: 0 },
  );
}

const THREAD_WAITS = 'nfsd is back where one of its threads waited for its storage while grace was opened';
if (FULL && PATTERN.test(THREAD_WAITS)) {
  labTest(THREAD_WAITS, async (t, lab) => {
    t.equal(await openGraceWhileThreadWaits(lab), 4096, 'and its client has been served');
  });
}
