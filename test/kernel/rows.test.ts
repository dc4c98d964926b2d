import type { Test } from 'tap';
import { sentenceOf } from '../../lib/fault.ts';
import type { Guest } from '../../scripts/kernel-lab/index.ts';
import { follow } from './fate.ts';
import { FULL, labTest, PATTERN, TIMES } from './lab-test.ts';
import { note } from './results.ts';
import { ROWS, type Row } from './rows.ts';
import { type Scene, setScene } from './scene.ts';

const wanted = ROWS.filter(({ name, always }) => PATTERN.test(name) && (FULL || always));

/**
 * Rows that start from the same setting happen in turn in one lab, all of them once, then all of them again: what survives
 * is what a failover has left, which is harder than a lab that has just been booted.
 */
const chains = new Map<unknown, Row[]>();
for (let run = 1; run <= TIMES; run += 1) {
  for (const row of wanted) {
    const key = row.fresh ? Symbol(row.name) : row.setting;
    chains.set(key, [...(chains.get(key) ?? []), row]);
  }
}

for (const rows of chains.values()) chain(rows);

function chain(rows: readonly Row[]): void {
  const [first] = rows;
  if (first === undefined) return;
  labTest([...new Set(rows.map(({ name }) => name))].join('; '), async (t, lab) => {
    const scene = await setScene(lab, { protect: 'lockferry', ...first.setting });
    for (const [at, row] of rows.entries()) {
      let whole = false;
      await t.test(`${row.name}, ${rows.length - at} to go`, async (t) => {
        const place = await happen(t, scene, row).catch(async (error) => {
          const [why] = sentenceOf(error).split('\n', 1);
          await note({ row: row.name, passed: false, by: byOf(row), fates: {}, note: why });
          throw error;
        });
        if (at + 1 < rows.length) await scene.again(place);
        whole = true;
      });
      // what threw leaves a scene in which nothing else can happen
      if (!whole) return chain(rows.slice(at + 1));
    }
  });
}

const byOf = ({ setting }: Row) => setting.manager ?? 'pacemaker';

/** @returns the server that has the first service when it is over */
async function happen(t: Test, scene: Scene, row: Row): Promise<Guest> {
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
  await note({ row: row.name, passed: t.passing(), by: byOf(row), served, fates });
  return places.a ?? scene.servers[1];
}
