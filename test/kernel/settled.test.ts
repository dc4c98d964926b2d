import { labTest } from './lab-test.ts';
import { note } from './results.ts';
import { settleWithLateClient } from './settled.ts';

const ALL = Array.from({ length: 3 }, () => [200, 200]);
/** Half of the grace period. What it takes is two seconds of stillness, and up to five until a Linux client tries again. */
const GRANTED_WITHIN = 30_000;

const pattern = new RegExp(process.env.LOCKFERRY_KERNEL_ROWS ?? '.');

for (const [graceEnd, grace] of [
  ['settled', 60],
  ['full', 60],
] as const) {
  const name = `grace_end=${graceEnd}, three clients with 200 locks, one of them 8 s late`;
  if (!pattern.test(name) || (graceEnd === 'full' && process.env.LOCKFERRY_KERNEL_FULL !== '1')) continue;
  for (let run = 1; run <= Number(process.env.LOCKFERRY_KERNEL_TIMES ?? 1); run += 1) {
    labTest(`${name}, run ${run}`, async (t, lab) => {
      const { held, reclaimed, granted, stalled, events } = await settleWithLateClient(lab, graceEnd, grace);
      t.comment(`last reclaim after ${reclaimed} ms; a new lock ${granted} ms later`);
      t.comment(events);
      t.same(held, ALL, 'server and clients agree on all locks');
      if (graceEnd === 'settled') t.ok(granted < GRANTED_WITHIN, `${granted} ms after the last reclaim`);
      t.equal(events.includes('grace-ended'), graceEnd === 'settled', 'who ended grace');
      await note({ row: name, passed: t.passing(), served: stalled, fates: {}, reclaimed, granted });
    });
  }
}
