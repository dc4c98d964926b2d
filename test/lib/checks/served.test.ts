import t from 'tap';
import { served, servedBy } from '../../../lib/checks/served.ts';
import { examined, exampleNode } from './example-node.ts';

const here = exampleNode({ localAddresses: () => new Set(['192.0.2.1']) });

t.test('only where its address is', async (t) => {
  t.match(await served.look(exampleNode(), examined()), { verdict: 'ok', evidence: /not on this node/ });
});

t.test('what a reclaim needs is there, or is named', async (t) => {
  const found = (missing: string[]) => {
    const { look } = servedBy(async () => missing);
    return look(here, examined());
  };
  t.match(await found([]), { verdict: 'ok' });
  t.match(await found(['NLM version 4 to answer']), {
    ...{ verdict: 'bad', evidence: 'the service waits for NLM version 4 to answer' },
  });
});
