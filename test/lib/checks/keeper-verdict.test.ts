import t from 'tap';
import { keeperVerdict } from '../../../lib/checks/keeper-verdict.ts';
import { Fault } from '../../../lib/fault.ts';
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

t.test('a keeper that is late is asked again, and no more than that', async (t) => {
  const found = async (late: number, error: Error) => {
    let asked = 0;
    const keeper = async () => {
      asked += 1;
      return asked <= late ? Promise.reject(error) : reportOf('nfs-a');
    };
    const { verdict } = await keeperVerdict.look(exampleNode({ keeper }), examined());
    return [verdict, asked];
  };
  const late = new Fault('timed-out', 'the keeper did not answer in time');
  t.same(await found(2, late), ['ok', 3]);
  t.same(await found(3, late), ['bad', 3]);
  t.same(await found(1, new Fault('failed', 'no keeper listens')), ['bad', 1]);
});
