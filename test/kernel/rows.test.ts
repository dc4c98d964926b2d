import type { Test } from 'tap';
import { follow } from './fate.ts';
import { FULL, labTest, PATTERN, TIMES } from './lab-test.ts';
import { note } from './results.ts';
import { ROWS, type Row } from './rows.ts';
import { type Scene, setScene } from './scene.ts';

const wanted = ROWS.filter(({ name, always }) => PATTERN.test(name) && (FULL || always));

/**
 * Rows that start from the same setting happen one after the other in one lab, each of them as often as it is to be run:
 * what survives is what a failover has left, which is harder than a lab that has just been booted.
 */
const chains = new Map<unknown, Row[]>();
for (const row of wanted) {
  for (let run = 1; run <= TIMES; run += 1) {
    const key = row.fresh ? Symbol(row.name) : row.setting;
    chains.set(key, [...(chains.get(key) ?? []), row]);
  }
}

for (const rows of chains.values()) {
  labTest([...new Set(rows.map(({ name }) => name))].join('; '), async (t, lab) => {
    const { setting } = rows[0] as Row;
    const scene = await setScene(lab, { protect: 'lockferry', ...setting });
    for (const [at, row] of rows.entries()) {
      const run = rows.slice(0, at + 1).filter((each) => each === row).length;
      let whole = false;
      await t.test(`${row.name}, run ${run}`, async (t) => {
        await happen(t, scene, row, at + 1 < rows.length);
        whole = true;
      });
      if (!whole) break; // what threw leaves a scene in which nothing else can happen
    }
  });
}

async function happen(t: Test, scene: Scene, row: Row, more: boolean): Promise<void> {
  const kept = Object.keys(row.wanted).filter((share) => row.wanted[share]?.taken === false);
  await row.beforehand?.(scene);
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
  const { fates, served, places } = outcome;
  const by = row.setting.manager ?? 'pacemaker';
  await note({ row: row.name, passed: t.passing(), by, served, fates });
  if (more) await scene.again(places.a ?? scene.servers[1]);
}
