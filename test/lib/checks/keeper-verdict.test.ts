import t from 'tap';
import { keeperVerdict } from '../../../lib/checks/keeper-verdict.ts';
import type { Report } from '../../../lib/keeper/index.ts';
import { reportOf } from '../cli/reports.ts';
import { examined, exampleNode } from './example-node.ts';

t.test('what the keeper says', async (t) => {
  const found = (verdict: Report['verdict'] | null, startedHere = true) => {
    const keeper = async () =>
      verdict === null ? Promise.reject(new Error('it does not answer')) : reportOf('nfs-a', { verdict });
    return keeperVerdict.look(exampleNode({ keeper }), examined({ startedHere }));
  };
  t.match(await found({ state: 'ok', reason: null }), {
    verdict: 'ok',
    evidence: 'capturing, 0 clients, version 0.1.0',
  });
  t.match(await found({ state: 'degraded', reason: 'lag' }), {
    verdict: 'warning',
    evidence: 'lag',
    cure: /nfs-a\/events/,
  });
  t.match(await found({ state: 'failed', reason: null }), { verdict: 'bad', evidence: 'failed' });
  t.match(await found(null), { verdict: 'bad', evidence: 'it does not answer' });
  t.match(await found(null, false), { verdict: 'ok' });
});
