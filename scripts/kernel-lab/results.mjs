#!/usr/bin/env node
/**
 * Makes docs/kernel-results.md from the runs that scripts/test-kernel noted.
 *
 *     node scripts/kernel-lab/results.mjs FILE >docs/kernel-results.md     FILE: one JSON object a line
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release } from 'node:os';

const [file = ''] = process.argv.slice(2);
const runs = readFileSync(file, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line));
const rows = Map.groupBy ? Map.groupBy(runs, ({ row }) => row) : grouped(runs);

function grouped(all) {
  const found = new Map();
  for (const run of all) found.set(run.row, [...(found.get(run.row) ?? []), run]);
  return found;
}

const version = (name) => {
  try {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query(1) fills it in
    return execFileSync('dpkg-query', ['-W', '-f', '${Version}', name], { encoding: 'utf8' });
  } catch {
    return 'not installed';
  }
};
const median = (numbers) =>
  [...numbers].sort((one, other) => one - other)[Math.floor((numbers.length - 1) / 2)];
const seconds = (numbers) => (numbers.length === 0 ? '' : `${(median(numbers) / 1000).toFixed(1)} s`);

/** What became of a share's lock in all runs that passed: `kept`, `lost`, or both with their numbers. */
function fateOf(passed, share) {
  const known = passed.flatMap(({ fates }) => fates[share] ?? []);
  const lost = known.filter(({ taken }) => taken).length;
  if (known.length === 0) return '';
  if (lost === 0) return 'kept';
  return lost === known.length ? 'lost' : `kept ${known.length - lost}, lost ${lost}`;
}

const lines = [...rows].map(([row, all]) => {
  const kept = all.map(({ fates, reclaimed }) => fates.kept?.reclaimed ?? reclaimed).filter(Number.isFinite);
  const granted = all.map((run) => run.granted).filter(Number.isFinite);
  const counts = `${all.filter(({ passed }) => passed).length} of ${all.length}`;
  const fates = ['kept', 'control', 'neighbour'].map((share) => fateOf(all, share));
  const cells = [row, counts, ...fates, seconds(kept), seconds(granted)];
  return `| ${cells.join(' | ')} |`;
});
const dates = runs.map(({ at }) => at.slice(0, 10)).sort();
console.log(`# Results on real kernels

Written by \`scripts/kernel-lab/results.mjs\` from the runs that \`scripts/test-kernel\` noted. Runs of ${dates[0]} to ${dates.at(-1)}, Lockferry ${
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version
}.

- Kernel of all nodes: User Mode Linux ${version('user-mode-linux')}; nfs-utils ${version('nfs-common')}; Pacemaker ${version('pacemaker')}; Corosync ${version('corosync')}; resource-agents ${version('resource-agents')}; Node.js ${process.versions.node}.
- Host: Linux ${release()}, ${cpus().length} processors. A node has one processor and makes a system call five to ten times slower than the host: compare these times with each other only.
- "Lock" is that of a client whose address nfslock was given, "control" that of the same client on the same server through an address that nfslock was not given, in the same run. Rows without Lockferry have no control. "Neighbour" is the lock of a service that ran on the adoptive node already.
- "Reclaimed" is the median time from the event to the lock on the server that has the service then; detection of the failure, fencing and Pacemaker's starts included. "New lock" is the median time from the last reclaim to a new lock elsewhere.

| what happens | passed | lock | control | neighbour | reclaimed | new lock |
| --- | --- | --- | --- | --- | --- | --- |
${lines.join('\n')}`);
