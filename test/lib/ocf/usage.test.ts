import t from 'tap';
import { usageText } from '../../../lib/ocf/usage.ts';
import { exampleAgent } from './example-agent.ts';

t.test('usage names every action', async (t) => {
  t.equal(
    usageText(exampleAgent),
    `usage: demo ACTION

A <demo>. Called by Pacemaker; parameters come in OCF_RESKEY_* variables.

  start      Starts
  monitor    Looks
  meta-data  Prints the meta-data
  usage      Prints this text
`,
  );
});
