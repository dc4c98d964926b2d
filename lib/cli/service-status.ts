import { resolve } from 'node:path';
import { sentenceOf } from '../fault.ts';
import { countClients } from '../keeper/client-counts.ts';
import { askKeeper, type ClientCounts, isStarted, type Report, type Verdict } from '../keeper/index.ts';
import { recoverySummary } from '../keeper/recovery-summary.ts';
import { RuntimeDirectory } from '../node/runtime-directory.ts';
import type { Damage, StoreState } from '../store/index.ts';
import { damageText } from './damage-text.ts';
import { graceOfService } from './grace-of-service.ts';

/** What `lockferry status` knows of one service; null: not known to who was asked. This is its JSON, too. */
export interface ServiceStatus {
  readonly service: string;
  readonly source: 'keeper' | 'store';
  readonly sharedDir: string | null;
  /** `stopped` is said by a store whose owner left in order. */
  readonly phase: Report['phase'] | 'stopped' | null;
  readonly verdict: {
    /** `unanswering`: the service is started here and its keeper does not answer. */
    readonly state: Verdict['state'] | 'unanswering';
    readonly reason: string | null;
  };
  /** `since`: milliseconds since 1970. */
  readonly owner: Report['owner'];
  readonly stateNumber: number | null;
  readonly clients: ClientCounts | null;
  /** Milliseconds that the oldest change has waited to become durable. */
  readonly lag: number | null;
  /** Clients whose newest records are not durable. */
  readonly unprotected: number | null;
  readonly lastRecovery: Report['lastRecovery'];
  /** Milliseconds of grace that a recovery has left at least. */
  readonly graceLeft: number | null;
  readonly waitingFor: readonly string[];
  readonly problems: readonly string[];
  readonly keeper: { readonly pid: number; readonly version: string } | null;
}

/** What a service's keeper says of it; null: the service is not started on this node. @param deadline ms since 1970 */
export async function statusFromKeeper(
  name: string,
  deadline: number,
  runtime?: string,
): Promise<ServiceStatus | null> {
  if (!(await isStarted(name, runtime))) return null;
  const directory = new RuntimeDirectory(name, runtime);
  try {
    const report = await askKeeper(directory.socket, 'report', deadline);
    return fromReport(report, isRecovering(report) ? await graceOfService(directory) : null);
  } catch (error) {
    const declared = await directory.service().catch(() => null);
    return {
      ...{ service: name, source: 'keeper', sharedDir: declared?.sharedDir ?? null, phase: null },
      verdict: { state: 'unanswering', reason: sentenceOf(error) },
      ...{
        owner: null,
        stateNumber: null,
        clients: null,
        lag: null,
        unprotected: null,
        lastRecovery: null,
        graceLeft: null,
        waitingFor: [],
        problems: [],
        keeper: null,
      },
    };
  }
}

/** What a lock store says of its service. @param path the store's directory */
export function statusFromStore(path: string, state: StoreState): ServiceStatus {
  const { service, epoch, holder, since, stateNumber, damage, torn } = state;
  return {
    ...{ service, source: 'store', sharedDir: resolve(path), phase: phaseOf(state), verdict: judge(damage) },
    owner: { node: holder.node, epoch, since },
    ...{ stateNumber, clients: countClients(state), lag: null, unprotected: null },
    ...{ lastRecovery: recoverySummary(state), graceLeft: null, waitingFor: [] },
    problems: [
      ...damage.map(damageText),
      ...torn.map((end) => `${damageText(end)}; cut short, never acknowledged`),
    ],
    keeper: null,
  };
}

/** Whether former clients are on their way back. */
export function isRecovering({ phase }: Pick<ServiceStatus, 'phase'>): boolean {
  return phase === 'recovering' || phase === 'settling';
}

function fromReport({ version, pid, ...report }: Report, graceLeft: number | null): ServiceStatus {
  const { faultCode: _, handedOverTo: __, ...facts } = report;
  return { source: 'keeper', ...facts, graceLeft, keeper: { pid, version } };
}

function phaseOf({ ended, inherited }: StoreState): ServiceStatus['phase'] {
  if (ended !== null) return 'stopped';
  return inherited.size > 0 ? 'recovering' : 'capturing';
}

/** What was cut short by a crash was never acknowledged to anyone; only damage costs records. */
function judge({ length }: readonly Damage[]): Verdict {
  if (length === 0) return { state: 'ok', reason: null };
  return {
    state: 'degraded',
    reason: `lock store is damaged in ${length} ${length === 1 ? 'place' : 'places'}`,
  };
}
