import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { KEEPER_OPTIONS } from '../../../lib/keeper/keeper-process.ts';
import { RIGHT, type Sandbox } from '../../conformance/sandbox.ts';
import { clientNames, statdDirectoryWith } from '../clients.ts';
import { onNode, startNfslock } from '../node.ts';
import { below, type Figure, type Row, sized } from '../row.ts';

/** Clock ticks of /proc in a second (USER_HZ). */
const TICKS = 100;

/** The least that a process of Node.js can be which does something again and again. */
const EMPTY = 'Node script, a timer every 2 s';

/** Processor time of a process and its children that have ended, seconds: its own to the nanosecond. */
function used(node: Sandbox, pid: number): number {
  const directory = join(node.root, 'proc', String(pid));
  const stat = readFileSync(join(directory, 'stat'), 'latin1');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(13, 15)
    .map(Number) as [number, number];
  const own = readdirSync(join(directory, 'task')).map((thread) => {
    return Number.parseInt(readFileSync(join(directory, 'task', thread, 'schedstat'), 'latin1'), 10);
  });
  return own.reduce((sum, each) => sum + each, 0) / 1e9 + (user + system) / TICKS;
}

/** Of its memory, what is only its own and its part of what it shares; `Pss_Anon` without what files hold. */
function pssMiB(node: Sandbox, pid: number, kind: 'Pss' | 'Pss_Anon'): number {
  const rollup = readFileSync(join(node.root, 'proc', String(pid), 'smaps_rollup'), 'latin1');
  return Number(new RegExp(`^${kind}: +(\\d+) kB`, 'm').exec(rollup)?.[1]) / 1024;
}

/**
 * What a node has where all is well: the address, rpc.statd, and a process that is known as the lock manager; and a Node.js
 * that nobody else runs, with whom the keeper would share what the program takes.
 */
async function makeHealthy(node: Sandbox): Promise<void> {
  const script = `
    ip address add ${RIGHT.OCF_RESKEY_ip}/32 dev lo
    : >/run/resolv.conf; mount --bind /run/resolv.conf /etc/resolv.conf
    mkdir -p /run/rpcbind; rpcbind -w && rpc.statd -L
    cp "$NODE" /run/node; cp "$NODE" /run/empty; mount --bind /run/node "$NODE"
    cp /bin/sleep /run/ganesha.nfsd; /run/ganesha.nfsd infinity >/dev/null 2>&1 &`;
  const { code, stderr } = await node.sh(script, { NODE: process.execPath });
  if (code !== 0) throw new Error(stderr);
}

export const idle: Row = {
  name: 'idle',
  title: 'The keeper, idle',
  bound:
    'a look at the processes, at sm/ and at the owner of the store every two seconds; most of it is what a timer and a call cost in Node.js',
  measure: ({ dist, size }) =>
    onNode(dist, async (node): Promise<Figure[]> => {
      const count = sized(size, { tiny: 10, usual: 1000, full: 1000 });
      statdDirectoryWith(join(node.root, 'var/lib/nfs'), clientNames(50, count));
      await makeHealthy(node);
      const keeper = await startNfslock(node);
      const loop = 'echo $$ >"$0.pid"; while :; do cp -aT /var/lib/nfs/sm "$0"; sleep "$1"; done';
      for (const period of ['2', '5']) node.start(['sh', '-c', loop, `/srv/copy-${period}`, period]);
      const least = 'echo $$ >/srv/empty.pid; exec /run/empty "$@" -e "setInterval(() => {}, 2000)"';
      node.start(['sh', '-c', least, 'sh', ...KEEPER_OPTIONS]);
      // Node.js clears up after the start, which is not idle yet.
      const settle = sized(size, { tiny: 200, usual: 25_000, full: 60_000 });
      await pause(settle);
      const pidIn = (file: string) => Number(readFileSync(join(node.root, 'srv', `${file}.pid`), 'latin1'));
      const empty = pidIn('empty');
      const pids: Record<string, number> = { lockferry: keeper, [EMPTY]: empty };
      for (const period of [2, 5]) pids[`copy every ${period} s`] = pidIn(`copy-${period}`);
      const seconds = sized(size, { tiny: 0.5, usual: 30, full: 120 });
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
          note: `from ${settle / 1000} s after the start`,
        },
        {
          what: 'memory (proportional set size)',
          unit: 'MiB',
          samples: {
            lockferry: [pssMiB(node, keeper, 'Pss')],
            'of it, not the program': [pssMiB(node, keeper, 'Pss_Anon')],
            [EMPTY]: [pssMiB(node, empty, 'Pss')],
          },
          target: below(45),
          note: 'the rest is the program of Node.js, all of it, as where no other process runs it; so it is of the script',
        },
      ];
    }),
};
