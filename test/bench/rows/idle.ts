import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Sandbox } from '../../conformance/sandbox.ts';
import { clientNames, statdDirectoryWith } from '../clients.ts';
import { onNode, startNfslock } from '../node.ts';
import { below, type Figure, type Row, sized } from '../row.ts';

/** Clock ticks of /proc in a second (USER_HZ). */
const TICKS = 100;

/** Processor time of a process and its children that have ended, seconds. */
function used(node: Sandbox, pid: number): number {
  const stat = readFileSync(join(node.root, 'proc', String(pid), 'stat'), 'latin1');
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  return fields.slice(11, 15).reduce((sum, ticks) => sum + ticks, 0) / TICKS;
}

function pssMiB(node: Sandbox, pid: number): number {
  const rollup = readFileSync(join(node.root, 'proc', String(pid), 'smaps_rollup'), 'latin1');
  return Number(/^Pss: +(\d+) kB/m.exec(rollup)?.[1]) / 1024;
}

export const idle: Row = {
  name: 'idle',
  title: 'The keeper, idle',
  bound: 'a look at the processes, the addresses and the owner of the store each second',
  measure: ({ dist, size }) =>
    onNode(dist, async (node): Promise<Figure[]> => {
      const count = sized(size, { tiny: 10, usual: 1000, full: 1000 });
      statdDirectoryWith(join(node.root, 'var/lib/nfs'), clientNames(50, count));
      const keeper = await startNfslock(node);
      const loop = 'echo $$ >"$0.pid"; while :; do cp -aT /var/lib/nfs/sm "$0"; sleep "$1"; done';
      for (const period of ['2', '5']) node.start(['sh', '-c', loop, `/srv/copy-${period}`, period]);
      const settle = sized(size, { tiny: 200, usual: 3000, full: 10_000 });
      await pause(settle);
      const pids: Record<string, number> = { lockferry: keeper };
      for (const period of [2, 5]) {
        pids[`copy every ${period} s`] = Number(
          readFileSync(join(node.root, `srv/copy-${period}.pid`), 'latin1'),
        );
      }
      const seconds = sized(size, { tiny: 0.5, usual: 20, full: 120 });
      const before = Object.entries(pids).map(([name, pid]) => [name, used(node, pid)] as const);
      await pause(seconds * 1000);
      const share = before.map(([name, then]): [string, number[]] => {
        return [name, [(100 * (used(node, pids[name] as number) - then)) / seconds]];
      });
      return [
        {
          what: `processor, ${count} clients, nothing happens`,
          unit: '% of a core',
          samples: Object.fromEntries(share),
          target: below(0.1),
        },
        {
          what: 'memory (proportional set size)',
          unit: 'MiB',
          samples: { lockferry: [pssMiB(node, keeper)] },
          target: below(45),
        },
      ];
    }),
};
