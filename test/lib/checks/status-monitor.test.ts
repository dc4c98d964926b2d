import t from 'tap';
import { statusMonitor } from '../../../lib/checks/status-monitor.ts';
import { Fault } from '../../../lib/fault.ts';
import { examined, exampleNode } from './example-node.ts';

t.test('rpc.statd monitors a client, in time', async (t) => {
  const found = (took: number | Error) =>
    statusMonitor.look(
      exampleNode({
        roundTrip: async () =>
          took instanceof Error ? Promise.reject(took) : { client: 'localhost', took, called: true },
      }),
      examined(),
    );
  t.same(await found(4.4), {
    verdict: 'ok',
    evidence: 'rpc.statd took localhost, and gave it back, in 4 ms',
  });
  t.match(await found(3001), { verdict: 'warning', evidence: /3001 ms/ });
  t.match(await found(new Fault('failed', 'refused', { cure: 'look' })), {
    verdict: 'bad',
    evidence: /^refused$/,
    cure: 'look',
  });
  t.match(await found(new Error('ECONNREFUSED')), { verdict: 'bad', cure: /^start rpcbind/ });
});
