#!/usr/bin/env node
/**
 * Makes docs/kernel-results.md and docs/kernel-results.json from the runs that scripts/test-kernel noted.
 *
 *     node scripts/kernel-lab/results.mjs FILE [SINCE]
 *
 * FILE: one JSON object a line. SINCE: the commit from which on runs count for what is there now; default: HEAD, whose
 * lib/ and agents/ may be older.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';

const at = (path) => new URL(`../../${path}`, import.meta.url);
const [file = '', since = 'HEAD'] = process.argv.slice(2);
const runs = readFileSync(file, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line))
  .sort((one, other) => one.at.localeCompare(other.at));

const version = (name) => {
  try {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query(1) fills it in
    return execFileSync('dpkg-query', ['-W', '-f', '${Version}', name], { encoding: 'utf8' });
  } catch {
    return 'not installed';
  }
};

/** What git says; null where it does not know. */
function git(...argv) {
  try {
    const stdio = ['ignore', 'pipe', 'ignore'];
    return execFileSync('git', argv, { cwd: at('.'), encoding: 'utf8', stdio }).trim();
  } catch {
    return null;
  }
}
const INSTALLED = ['--', 'lib', 'agents'];
const base = git('log', '-1', '--format=%h', since, ...INSTALLED);
const changes = base && git('log', '--reverse', '--format=%h (%s)', `${base}..HEAD`, ...INSTALLED);
/** Whether it ran on that code or on later one; with a "+", it was changed by who knows what. */
const isRecent = ({ commit = '+' }) =>
  base !== null && !commit.endsWith('+') && git('merge-base', '--is-ancestor', base, commit) !== null;
const packages = ['user-mode-linux', 'nfs-common', 'pacemaker', 'corosync', 'resource-agents'];
const circumstances = {
  lockferry: JSON.parse(readFileSync(at('package.json'), 'utf8')).version,
  node: process.versions.node,
  host: `Linux ${release()}`,
  processors: cpus().length,
  ...Object.fromEntries(packages.map((name) => [name, version(name)])),
};
writeFileSync(at('docs/kernel-results.json'), `${JSON.stringify({ circumstances, runs })}\n`);

const rows = new Map();
for (const run of runs) {
  const key = `${run.row} ${run.by}`;
  rows.set(key, [...(rows.get(key) ?? []), run]);
}
const median = (numbers) =>
  [...numbers].sort((one, other) => one - other)[Math.floor((numbers.length - 1) / 2)];
const tenths = (number) => (number / 1000).toFixed(1);
/** The median, and the fastest and the slowest where there are several. */
const seconds = (numbers) => {
  if (numbers.length === 0) return '';
  const range = `${tenths(Math.min(...numbers))} to ${tenths(Math.max(...numbers))}`;
  return `${tenths(median(numbers))} s${numbers.length === 1 ? '' : ` (${range})`}`;
};

/** What became of a share's lock in all runs: `kept`, `lost`, or both with their numbers. */
function fateOf(all, share) {
  const known = all.flatMap(({ fates }) => fates[share] ?? []);
  const lost = known.filter(({ taken }) => taken).length;
  if (known.length === 0) return '';
  if (lost === 0) return 'kept';
  return lost === known.length ? 'lost' : `kept ${known.length - lost}, lost ${lost}`;
}

/** What the stock agents do stands beside what Lockferry does in the same event. */
const place = ([{ row, by }]) => (by === 'hand' ? 2 : 0) + (/primary killed$/.test(row) ? 0 : 1);
const lines = [...rows.values()]
  .sort((one, other) => place(one) - place(other))
  .map((all) => {
    const kept = all
      .map(({ fates, reclaimed }) => fates.kept?.reclaimed ?? reclaimed)
      .filter(Number.isFinite);
    const granted = all.flatMap((run) => run.granted).filter(Number.isFinite);
    const counts = `${all.filter(({ passed }) => passed).length} of ${all.length}`;
    const inRow = all.slice(all.findLastIndex(({ passed }) => !passed) + 1);
    const onToday = inRow.filter(isRecent).length;
    const fates = ['kept', 'control', 'neighbour', 'own'].map((share) => fateOf(all, share));
    return `| ${[all[0].row, all[0].by, counts, inRow.length, onToday, ...fates, seconds(kept), seconds(granted)].join(' | ')} |`;
  });
/** `note` is added by hand where the cause was found. */
const failures = runs
  .filter(({ passed }) => !passed)
  .map((run) => `- ${run.at.slice(0, 10)}, ${run.row}: ${run.note ?? 'the cause is not known'}.`);
const sources = [...new Set(runs.flatMap(({ source }) => source ?? []))];
const earlier =
  sources.length === 0
    ? ''
    : `\n- Runs with a "source" in the JSON are known from ${sources.join(', ')} only.`;
const dates = runs.map((run) => run.at.slice(0, 10)).sort();
writeFileSync(
  at('docs/kernel-results.md'),
  `# Results on real kernels

\`sudo scripts/test-kernel --full\` boots Linux kernels with real NFS servers, lock managers and clients (User Mode Linux), takes locks, and lets things happen to the servers. This page is written by \`scripts/kernel-lab/results.mjs\` from the runs that it noted; every run is in [kernel-results.json](kernel-results.json). Runs of ${dates[0]} to ${dates.at(-1)}, Lockferry ${circumstances.lockferry}.

- Kernel of all nodes: User Mode Linux ${circumstances['user-mode-linux']}; nfs-utils ${circumstances['nfs-common']}; Pacemaker ${circumstances.pacemaker}; Corosync ${circumstances.corosync}; resource-agents ${circumstances['resource-agents']}; Node.js ${circumstances.node}.
- Host: ${circumstances.host}, ${circumstances.processors} processors, which other work shared. A node has one processor and makes a system call five to ten times slower than the host, and how much of the processors the lab had differs from run to run: compare these times with care.
- "By": who starts the services on the other node: Pacemaker, after it has noticed and fenced; or the test itself, by the same agents in the same order at once ("hand").
- "Lock" is that of a client whose address nfslock was given, "control" that of the same client on the same server through an address that nfslock was not given, in the same run. "Neighbour" is the lock of another service on the adoptive node, "unprotected" that of an export of the node's own, of which no nfslock knows. A lock is lost where another client got it while its owner believed to have it.
- "In a row": how many runs passed since the last one that did not; "of these now": how many of these ran on ${base ?? 'a commit that git does not know'} or later${changes ? `, since which lib/ and agents/ were changed by ${changes.split('\n').join(', ')}` : ''}. Runs note their commit, with a "+" where what they ran was changed since, as of 2026-11-30; older ones have none.
- "Reclaimed" is the time from the event to the lock on the server that has the service then: the median, the fastest and the slowest run. "New lock" is the time from the last reclaim to a new lock elsewhere that was asked for in the grace period: of clients with a process each, which ask again every five seconds: three that began some seconds before the last reclaim, at other times, and one, the last number in the JSON, that began with it. ("grantedBefore" in the JSON: of one process that began eight seconds before, of five of one client, of which the first that gets its lock wakes the others, or of the three alone.)
- Runs of one day that start from the same set-up mostly happened one after the other in one lab: each begins with what the failover before it has left.
- A run that did not pass counts with what it saw; one that throws, as a lock that never comes back makes it, too. Until 2026-11-30 that was so for the rows alone, and not for the guides, the crowd and grace_end.${earlier}
- Newer kernels have rpc.statd forget every client that holds locks while nfsd stops cleanly. That they do (6.12) and that 6.1 does not was seen on real kernels, on 2026-11-23, by test/kernel/clean-stop.test.ts, with the kernel that \`scripts/kernel-lab/build-kernel 6.12 FILE\` builds from Debian's sources as LOCKFERRY_UML, and with the default one. That Lockferry loses nobody by it is shown by a replay, with the calls of such a lock manager to a real rpc.statd: test/cluster/removals.test.ts.

| what happens | by | passed | in a row | of these now | lock | control | neighbour | unprotected | reclaimed | new lock |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${lines.join('\n')}
${failures.length === 0 ? '' : `\nRuns that did not pass:\n\n${failures.join('\n')}\n`}`,
);
