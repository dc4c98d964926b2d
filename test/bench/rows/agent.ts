import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AGENT } from '../../conformance/sandbox.ts';
import { contest, NFSLOCK, NOT_RUNNING, onNode, shellAgent, startNfslock } from '../node.ts';
import { below, type Figure, type Row, sized } from '../row.ts';
import { median } from '../statistics.ts';
import type { Standings } from '../stopwatch.ts';

const timesOf = (standings: Standings) =>
  Object.fromEntries(Object.entries(standings).map(([name, { ms }]) => [name, ms]));

export const agent: Row = {
  name: 'agent',
  title: 'The agent alone',
  bound: 'starting a shell',
  measure: ({ dist, size }) =>
    onNode(dist, async (node): Promise<Figure[]> => {
      const rounds = sized(size, { tiny: 1, usual: 20, full: 100 });
      const metadata = await contest(node, {
        rounds,
        commands: {
          lockferry: { argv: [AGENT, 'meta-data'], env: NFSLOCK },
          nfsnotify: shellAgent('nfsnotify', 'meta-data'),
          exportfs: shellAgent('exportfs', 'meta-data'),
          nfsserver: shellAgent('nfsserver', 'meta-data'),
        },
      });
      const stopped = await contest(node, {
        rounds,
        commands: {
          lockferry: { argv: [AGENT, 'monitor'], env: NFSLOCK, code: NOT_RUNNING },
          nfsnotify: shellAgent('nfsnotify', 'monitor'),
        },
      });
      await startNfslock(node);
      writeFileSync(join(node.root, 'run/empty.cjs'), '');
      const started = await contest(node, {
        rounds,
        commands: {
          lockferry: { argv: [AGENT, 'monitor'], env: NFSLOCK },
          'empty Node script': { argv: [process.execPath, '/run/empty.cjs'], env: NFSLOCK },
        },
      });
      const empty = median(started['empty Node script']?.ms ?? []);
      return [
        { what: 'meta-data', unit: 'ms', samples: timesOf(metadata), target: below(5) },
        {
          what: 'probe where the service is not',
          unit: 'ms',
          samples: timesOf(stopped),
          target: { ...below(5), added: true },
        },
        {
          what: 'probe where the service is',
          unit: 'ms',
          samples: timesOf(started),
          target: { words: 'within 10 ms of an empty Node script', met: (ours) => ours < empty + 10 },
        },
      ];
    }),
};
