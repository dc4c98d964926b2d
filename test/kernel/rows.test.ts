import { follow } from './fate.ts';
import { FULL, labTest } from './lab-test.ts';
import { note } from './results.ts';
import { ROWS } from './rows.ts';
import { setScene } from './scene.ts';

const TIMES = Number(process.env.LOCKFERRY_KERNEL_TIMES ?? 1);
const pattern = new RegExp(process.env.LOCKFERRY_KERNEL_ROWS ?? '.');

for (const row of ROWS.filter(({ name, always }) => pattern.test(name) && (FULL || always))) {
  for (let run = 1; run <= TIMES; run += 1) {
    labTest(`${row.name}, run ${run}`, async (t, lab) => {
      const scene = await setScene(lab, { protect: 'lockferry', ...row.setting });
      const outcome = await follow(scene, row.happening);
      for (const [share, wanted] of Object.entries(row.wanted)) {
        const fate = outcome.fates[share];
        t.comment(
          `${share}: ${fate?.taken ? 'lost' : `kept, on its server ${fate?.reclaimed} ms after the event`}`,
        );
        t.match(fate, wanted, share);
        if (wanted.taken === false) t.type(fate?.reclaimed, 'number', `${share} is on its server`);
      }
      if (row.afterwards) t.match(await row.afterwards.look(scene), row.afterwards.wanted, 'afterwards');
      t.notMatch(outcome.log, /Failed Resource Actions/);
      const { fates, served } = outcome;
      await note({ row: row.name, passed: t.passing(), served, fates });
    });
  }
}
