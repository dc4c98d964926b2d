import t from 'tap';
import { clocks } from '../../../lib/checks/clocks.ts';
import { commands, examined, exampleCib, exampleNode, NOW } from './example-node.ts';

const CHRONY = 'chronyc -n tracking';
const SYSTEMD = 'timedatectl show --property=NTPSynchronized';

t.test('nothing happens later than now', async (t) => {
  const cib = {
    ...exampleCib(''),
    clocks: new Map([
      ['n2', NOW + 90_000],
      ['n1', NOW + 1_000],
    ]),
  };
  t.match(await clocks.look(exampleNode({ cluster: async () => cib }), examined()), {
    ...{ verdict: 'warning', evidence: 'the clock of n2 is at least 90 s ahead of ours' },
  });
});

t.test('the service that keeps the clock says whether it does', async (t) => {
  const found = (answers: Parameters<typeof commands>[0]) =>
    clocks.look(exampleNode({ run: commands(answers) }), examined());
  t.match(await found({}), { verdict: 'ok', evidence: /no time service was asked$/ });
  t.match(await found({ [CHRONY]: 'Leap status     : Normal\n' }), { verdict: 'ok', evidence: /^chronyc/ });
  t.match(await found({ [CHRONY]: 'Leap status     : Not synchronised\n' }), {
    verdict: 'warning',
    evidence: /^chronyc/,
  });
  t.match(await found({ [CHRONY]: 1, [SYSTEMD]: 'NTPSynchronized=no\n' }), {
    verdict: 'warning',
    evidence: /^timedatectl/,
  });
  t.match(await found({ [SYSTEMD]: 'NTPSynchronized=yes\n' }), { verdict: 'ok', evidence: /^timedatectl/ });
});
