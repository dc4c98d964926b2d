import type { Argv } from 'yargs';
import { ALL_CHECKS } from '../checks/all.ts';
import { declaredServices } from '../checks/declared-services.ts';
import { cureOf, type Examined, examine } from '../checks/examine.ts';
import { VERDICTS, type Verdict } from '../checks/index.ts';
import { thisCluster, thisNode } from '../checks/this-node.ts';
import { Fault } from '../fault.ts';
import { nodeName } from '../node/this-node.ts';
import { printable } from '../printable.ts';
import { doctorText } from './doctor-text.ts';
import { jsonText } from './json-text.ts';
import type { Means } from './means.ts';
import { jsonOption } from './options.ts';
import { askOnce, READ_WITHIN } from './storage/session.ts';
import type { Terminal } from './terminal.ts';

export interface DoctorOptions {
  readonly json: boolean;
}

export const DOCTOR_SUMMARY = 'Look for all that can lose a lock, with cures';

/** 1 and 2 say that the command itself failed. */
const EXIT_CODES: Readonly<Record<Verdict, number>> = { ok: 0, unknown: 3, warning: 4, bad: 5 };

const HELP = `Looks at this node, at the services that are started on it or that the cluster
may start on it, and at the cluster as this node sees it. Changes nothing, but
for a moment rpc.statd monitors a client that is none ("localhost").

Prints JSON as one object on one line, {"node":NAME,"worst":VERDICT,
"findings":[...]}. Each finding has
  code         names the check; docs/doctor.md has them all
  service      name of the service; null: about the node or the cluster
  about        what was looked at
  verdict      "ok", "unknown" (it could not be looked at), "warning" (works,
               and can cost locks one day), "bad" (costs locks at a failover)
  evidence     what was seen
  consequence  what may happen; null where the verdict is "ok"
  cure         what to do about it; null where there is nothing to do
  took         milliseconds that the check took

Exit code, by the worst verdict: 0 ok; 3 unknown; 4 warning; 5 bad. 1: nothing
could be looked at, which standard error then says.`;

/** Declares the options of `lockferry doctor`. */
export function doctorOptions(yargs: Argv) {
  return yargs
    .usage('lockferry doctor [--json]')
    .usage(`${DOCTOR_SUMMARY}. Run it as root, on each node.`)
    .option('json', jsonOption)
    .example('lockferry doctor', 'what is wrong here, the worst last')
    .example('lockferry doctor --json', 'the same, for a program')
    .epilogue(HELP);
}

/** Prints what all checks found. @returns the exit code, by the worst. @throws Fault `failed` where we are not root */
export async function doctor({ json }: DoctorOptions, { stdout }: Terminal, means: Means): Promise<number> {
  const { runtime, storage } = means;
  // Nobody else sees enough: it would all be unknown.
  if (process.geteuid?.() !== 0) throw new Fault('failed', 'run it as root');
  const cluster = thisCluster();
  const services = await declaredServices(await cluster().catch(() => null), runtime);
  const statdDir = services[0]?.statdDir ?? null;
  const store = (directory: string) =>
    askOnce(storage, 'read', directory, {
      within: READ_WITHIN,
      doing: `reading the lock store in ${printable(directory)}`,
    });
  const findings = await examine(ALL_CHECKS, thisNode({ cluster, store, statdDir, runtime }), services);
  const worst = worstOf(findings);
  if (json) stdout.write(jsonText({ node: nodeName(), worst, findings: findings.map(withNulls) }));
  else stdout.write(doctorText(nodeName(), findings));
  return EXIT_CODES[worst];
}

function worstOf(findings: readonly Examined[]): Verdict {
  const found = new Set(findings.map(({ verdict }) => verdict));
  return [...VERDICTS].reverse().find((verdict) => found.has(verdict)) as Verdict;
}

function withNulls(finding: Examined) {
  const { code, service, about, verdict, evidence, consequence, took } = finding;
  const lost = verdict === 'ok' ? null : consequence;
  return { code, service, about, verdict, evidence, consequence: lost, cure: cureOf(finding), took };
}
