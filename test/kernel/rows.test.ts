import { follow } from './fate.ts';
import { FULL, labTest, PATTERN, TIMES } from './lab-test.ts';
import { note } from './results.ts';
import { ROWS } from './rows.ts';
import { setScene } from './scene.ts';

for (const row of ROWS.filter(({ name, always }) => PATTERN.test(name) && (FULL || always))) {
  for (let run = 1; run <= TIMES; run += 1) {
    labTest(`${row.name}, run ${run}`, async (t, lab) => {
      const scene = await setScene(lab, { protect: 'lockferry', ...row.setting });
      const kept = Object.keys(row.wanted).filter((share) => row.wanted[share]?.taken === false);
      const outcome = await follow(scene, row.happening, new Set(kept));
      for (const [share, wanted] of Object.entries(row.wanted)) {
        const fate = outcome.fates[share];
        t.comment(
          `${share}: ${fate?.taken ? 'lost' : `kept, on its server ${fate?.reclaimed} ms after the event`}`,
        );
        t.match(fate, wanted, share);
        if (wanted.taken === false) t.type(fate?.reclaimed, 'number', `${share} is on its server`);
      }
      if (row.afterwards) t.match(await row.afterwards.look(scene), row.afterwards.wanted, 'afterwards');
      // a slow node says once or twice that it waits for the address
      t.notMatch(outcome.log, /returned '(?!OCF_DEGRADED)/);
      if (!t.passing()) t.comment(outcome.log);
      const { fates, served } = outcome;
      await note({
        row: row.name,
        passed: t.passing(),
        by: row.setting.manager ?? 'pacemaker',
        served,
        fates,
      });
    });
  }
}
