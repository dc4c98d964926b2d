import type { Test } from 'tap';
import { follow, type Outcome } from './fate.ts';
import { FULL, labTest, PATTERN, TIMES } from './lab-test.ts';
import { noted, type Result } from './results.ts';
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
        let place = scene.servers[1];
        await noted({ row: row.name, by: row.setting.manager ?? 'pacemaker' }, async () => {
          const { places, ...result } = await happen(t, scene, row);
          place = places.a ?? place;
          return result;
        });
        // A scene that cannot be built, here or for the first row, fails the test and is no run: nothing has happened in it.
        if (at + 1 < rows.length) await scene.again(place);
        whole = true;
      });
      // what threw leaves a scene in which nothing else can happen
      if (!whole) return chain(rows.slice(at + 1));
    }
  });
}

/** @returns its result, and the server that each service is on when it is over */
async function happen(
  t: Test,
  scene: Scene,
  row: Row,
): Promise<Pick<Outcome, 'places'> & Pick<Result, 'passed' | 'served' | 'fates'>> {
  const kept = Object.keys(row.wanted).filter((share) => row.wanted[share]?.taken === false);
  await row.beforehand?.(scene);
  const { inGrace, afterwards } = row;
  const outcome = await follow(scene, row.happening, new Set(kept), async () => {
    if (inGrace) t.match(await inGrace.look(scene), inGrace.wanted, 'in grace');
  });
  for (const [share, wanted] of Object.entries(row.wanted)) {
    const fate = outcome.fates[share];
    t.comment(
      `${share}: ${fate?.taken ? 'lost' : `kept, on its server ${fate?.reclaimed} ms after the event`}`,
    );
    t.match(fate, wanted, share);
    if (wanted.taken === false) t.type(fate?.reclaimed, 'number', `${share} is on its server`);
  }
  if (afterwards) t.match(await afterwards.look(scene), afterwards.wanted, 'afterwards');
  // a slow node says once or twice that it waits for the address
  t.notMatch(outcome.log, /returned '(?!OCF_DEGRADED)/);
  if (!t.passing()) t.comment(outcome.log);
  const { fates, served, places } = outcome;
  return { passed: t.passing(), served, fates, places };
}
