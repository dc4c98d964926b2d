import type { NodeCheck } from './check.ts';

/** Less than this is the time that a report takes, and the whole seconds in which Pacemaker counts, milliseconds. */
const TOLERATED = 5_000;

const WITHIN = 5_000;

/** What time services say of themselves: the command, and what stands in its answer where the clock is not kept right. */
const SERVICES: readonly (readonly [readonly string[], RegExp])[] = [
  [['chronyc', '-n', 'tracking'], /Leap status\s*:\s*Not synchronised/],
  [['timedatectl', 'show', '--property=NTPSynchronized'], /NTPSynchronized=no/],
];

export const clocks: NodeCheck = {
  of: 'node',
  code: 'clocks',
  about: 'the clocks of the nodes',
  consequence: 'A store without a state number starts from the clock, and what happened when cannot be told.',
  async look({ cluster, now, run }) {
    const known = await cluster().then(
      (cib) => [...cib.clocks],
      () => [],
    );
    const ahead = known.filter(([, at]) => at > now() + TOLERATED);
    const cure = 'have chrony or another time service keep the clocks of all nodes right';
    if (ahead.length > 0) {
      const evidence = ahead
        .map(
          ([node, at]) =>
            `the clock of ${node} is at least ${Math.round((at - now()) / 1000)} s ahead of ours`,
        )
        .join(', ');
      return { verdict: 'warning', evidence, cure };
    }
    for (const [command, unkept] of SERVICES) {
      const said = await run(command, WITHIN).catch(() => null);
      if (said?.exitCode !== 0) continue;
      if (unkept.test(said.stdout)) {
        return { verdict: 'warning', evidence: `${command[0]}: the clock is not synchronised`, cure };
      }
      return { verdict: 'ok', evidence: `${command[0]}: the clock is synchronised` };
    }
    return {
      verdict: 'ok',
      evidence: 'nothing in the cluster happened later than now; no time service was asked',
    };
  },
};
