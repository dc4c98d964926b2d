import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AGENT, type Sandbox } from '../../conformance/sandbox.ts';
import { clientNames, lineFor } from '../clients.ts';
import { contest, NFSLOCK, onNode, RECURRING, shellAgent, startNfslock } from '../node.ts';
import { type Bench, type Figure, type Row, sized } from '../row.ts';
import { median } from '../statistics.ts';

const MONITOR = { argv: [AGENT, 'monitor'], env: { ...NFSLOCK, ...RECURRING } };

function writeClients(node: Sandbox, clients: readonly string[]): void {
  for (const client of clients) writeFileSync(join(node.root, 'var/lib/nfs/sm', client), lineFor(client));
}

/** A recurring monitor where nothing has changed, beside those of shell agents. */
function beside({ dist, size }: Bench): Promise<Figure[]> {
  const count = sized(size, { tiny: 10, usual: 1000, full: 1000 });
  return onNode(dist, async (node) => {
    writeClients(node, clientNames(50, count));
    const keeper = await startNfslock(node);
    const standings = await contest(node, {
      rounds: sized(size, { tiny: 1, usual: 30, full: 100 }),
      commands: {
        lockferry: MONITOR,
        nfsnotify: shellAgent('nfsnotify', 'monitor'),
        exportfs: shellAgent('exportfs', 'monitor'),
        nfsserver: shellAgent('nfsserver', 'monitor'),
      },
      helpers: { lockferry: keeper },
    });
    const of = (pick: (name: string) => number[]) =>
      Object.fromEntries(Object.keys(standings).map((name) => [name, pick(name)]));
    const times = of((name) => standings[name]?.ms ?? []);
    const cpu = of((name) => [standings[name]?.cpu ?? Number.NaN]);
    const than = (limit: number) => ({ words: "below nfsserver's", met: (ours: number) => ours < limit });
    return [
      {
        what: `recurring monitor, ${count} clients, nothing changed`,
        unit: 'ms',
        samples: times,
        target: than(median(times.nfsserver ?? [])),
        note: 'the shell agents find their services stopped, which is the least that they can have to do',
      },
      {
        what: 'the same, processor time (with that of the keeper)',
        unit: 'ms',
        samples: cpu,
        target: than(median(cpu.nfsserver ?? [])),
      },
    ];
  });
}

/** The same with capture=monitor: the monitor looks at the directory. Few and many records in turn, on a node each. */
async function many({ dist, size }: Bench): Promise<Figure[]> {
  const counts = sized(size, { tiny: [10, 20], usual: [1000, 100_000], full: [1000, 100_000] });
  const turns = sized(size, { tiny: 1, usual: 4, full: 8 });
  const rounds = sized(size, { tiny: 1, usual: 2, full: 5 });
  const samples: { unchanged: Record<string, number[]>; changed: Record<string, number[]> } = {
    unchanged: {},
    changed: {},
  };
  const [few, largest] = counts as [number, number];
  const env = { ...MONITOR.env, OCF_RESKEY_capture: 'monitor' };
  const touch = `for n in 1 2 3 4 5 6 7 8 9 10; do echo "$1 10.9.$3.$n $2" >"/var/lib/nfs/sm/10.9.$3.$n"; done; exec ${AGENT} monitor`;
  const fixed = lineFor('x').split(' ').slice(0, 5).join(' ');
  const commands = {
    unchanged: { argv: MONITOR.argv, env },
    changed: { argv: ['sh', '-c', touch, 'sh', fixed, 'n1', '1'], env },
  };
  const turn = async (node: Sandbox, part: 'unchanged' | 'changed', name: string) => {
    const { lockferry } = await contest(node, { rounds, commands: { lockferry: commands[part] } });
    samples[part][name] = [...(samples[part][name] ?? []), ...(lockferry?.ms ?? [])];
  };
  const begin = async (node: Sandbox, count: number) => {
    writeClients(node, clientNames(50, count));
    await startNfslock(node, { OCF_RESKEY_capture: 'monitor' });
  };
  await onNode(dist, (small) =>
    onNode(dist, async (large) => {
      await begin(small, few);
      await begin(large, largest);
      for (const part of ['unchanged', 'changed'] as const) {
        for (let at = 0; at < turns; at += 1) {
          await turn(large, part, 'lockferry');
          await turn(small, part, `lockferry, ${few} records`);
        }
      }
      // Over its former copy, as a copier does it.
      const copy = await contest(large, {
        rounds: sized(size, { tiny: 1, usual: 1, full: 5 }),
        commands: { 'cp -a': { argv: ['/bin/cp', '-aT', '/var/lib/nfs/sm', '/srv/copy'] } },
      });
      for (const part of [samples.unchanged, samples.changed]) part['cp -a'] = copy['cp -a']?.ms ?? [];
    }),
  );
  const figure = (part: 'unchanged' | 'changed', words: string, times: number): Figure => {
    const small = median(samples[part][`lockferry, ${few} records`] ?? []);
    return {
      what: `recurring monitor with capture=monitor, ${largest} records, ${words}`,
      unit: 'ms',
      samples: samples[part],
      target: { words: `< ${times} times that of ${few} records`, met: (ours) => ours < times * small },
    };
  };
  return [figure('unchanged', 'nothing changed', 1.2), figure('changed', '10 written anew', 1.5)];
}

export const monitor: Row = {
  name: 'monitor',
  title: 'Recurring monitor',
  bound: 'starting a shell; with capture=monitor, starting Node.js, which is nine tenths of it',
  measure: async (bench) => [...(await beside(bench)), ...(await many(bench))],
};
