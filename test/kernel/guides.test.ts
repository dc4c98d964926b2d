import { guideBlocks } from '../support/guide.ts';
import type { StandIns } from '../support/guide-reader.ts';
import { KernelGuide, ONE, type Served, SHARED_LUN, TWO } from './guide-scene.ts';
import { FULL, labTest, OTHER_KERNEL, PATTERN } from './lab-test.ts';
import { noted } from './results.ts';

// What a new user does: two fresh nodes, booted by systemd, on which the distribution's packages are installed; then the
// blocks of the guide, in their order, as they are printed. At the end a client's lock has survived a move of the service,
// and then the death of the node that had it.

const SURVIVES = { taken: false, after: { ok: false, error: 'EAGAIN' }, believes: true };

function guideTest(
  page: string,
  way: 'crm' | 'pcs',
  served: readonly Served[],
  standIns: StandIns = [],
  variant = '',
): void {
  const name = `the guide ${page}${variant} followed by ${way}, moved, then the node killed`;
  // A kernel that build-kernel made has not all that systemd needs.
  if (!FULL || OTHER_KERNEL || !PATTERN.test(name)) return;
  labTest(name, async (t, lab) => {
    const guide = await KernelGuide.create(t, lab, served, standIns);
    const blocks = guideBlocks(page);
    await noted({ row: name, by: 'pacemaker' }, async () => {
      await guide.follow([...guideBlocks('nodes'), ...blocks], ['kernel', way]);
      t.same(await guide.failures(), [], 'no action failed');
      t.match(await guide.fates(Date.now()), Object.fromEntries(served.map(({ host }) => [host, SURVIVES])));
      const event = Date.now();
      await (await guide.serving()).kill();
      const fates = await guide.fates(event);
      for (const { host } of served) {
        t.match(fates[host], SURVIVES, host);
        t.type(
          fates[host]?.reclaimed,
          'number',
          `${host}: on its server ${fates[host]?.reclaimed} ms after the event`,
        );
      }
      await guide.follow(
        blocks.filter(({ text }) => text === 'lockferry report\n'),
        [],
      );
      const [kept, neighbour] = served.map(({ host }) => fates[host]);
      return { passed: t.passing(), fates: { ...(kept && { kept }), ...(neighbour && { neighbour }) } };
    });
  });
}

/** The line of a guide's own variant in place of the one that it says it takes the place of. */
const [NFSSERVER = ''] = guideBlocks('active-passive').flatMap(({ language, only, text }) =>
  language === 'crm' && only.includes('nfsserver') ? [text] : [],
);
const BY_AGENT: StandIns = [[/^primitive server systemd:[^\n]*\n(?:[ ]+[^\n]*\n)*/gm, NFSSERVER]];

guideTest('active-passive', 'crm', [ONE], SHARED_LUN);
guideTest('active-passive', 'crm', [ONE], [...SHARED_LUN, ...BY_AGENT], ' with ocf:heartbeat:nfsserver');
for (const way of ['crm', 'pcs'] as const) guideTest('active-active', way, TWO);
