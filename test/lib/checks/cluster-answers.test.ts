import t from 'tap';
import { clusterAnswers } from '../../../lib/checks/cluster-answers.ts';
import { Fault } from '../../../lib/fault.ts';
import { examined, exampleCib, exampleNode, NFSLOCK } from './example-node.ts';

t.test('Pacemaker answers, or is not there, or does not say', async (t) => {
  const found = (error?: Error) =>
    clusterAnswers.look(
      exampleNode({
        cluster: async () => (error === undefined ? exampleCib(NFSLOCK) : Promise.reject(error)),
      }),
      examined(),
    );
  t.same(await found(), { verdict: 'ok', evidence: 'Pacemaker answers, with 1 resources' });
  t.match(await found(new Fault('not-installed', 'no cibadmin')), { verdict: 'ok' });
  t.match(await found(new Fault('timed-out', 'it hangs')), { verdict: 'unknown', evidence: 'it hangs' });
  t.match(await found(new Error('odd')), { verdict: 'unknown', evidence: 'odd' });
});
