import type { Service } from '../node/service.ts';
import { printableSentence } from '../printable.ts';
import { VERSION } from '../version.ts';
import { countClients } from './client-counts.ts';
import { judgeHealth } from './judgement.ts';
import type { Kept } from './kept.ts';
import { problemsOf } from './problems.ts';
import type { Answer, Report } from './protocol.ts';
import { recoverySummary } from './recovery-summary.ts';

/** How a keeper stands. */
export interface Standing {
  readonly service: Service;
  /** Why the service could not be adopted. */
  readonly fault: { readonly code: string; readonly reason: string } | null;
  /** Null until the service is adopted. */
  readonly kept: Kept | null;
  readonly stopping: boolean;
  /** Whether the service is this node's, or was given away as it should be. */
  readonly owner: boolean;
  /** Whether the last capture did not become durable. */
  readonly hung: boolean;
}

export function answerOf(standing: Standing): Answer {
  const { service, fault, kept } = standing;
  const state = kept?.store.state ?? null;
  return {
    version: VERSION,
    pid: process.pid,
    service: service.name,
    sharedDir: service.sharedDir,
    phase: phaseOf(standing),
    verdict: verdictOf(standing),
    faultCode: fault?.code ?? null,
    owner: state && { node: state.holder.node, epoch: state.epoch, since: state.since },
    lockManager: state?.holder.lockManager ?? null,
    stateNumber: state?.stateNumber ?? null,
    handedOverTo: kept?.handedOverTo ?? null,
    lag: kept?.writer.lag ?? 0,
    unprotected: kept === null ? 0 : unprotectedOf(kept),
    waitingFor: [...(kept?.recovering.waitingFor ?? [])],
    problems: kept === null ? [] : problemsOf(kept),
  };
}

export function reportOf(standing: Standing): Report {
  const state = standing.kept?.store.state;
  const nothing = { ledger: new Map(), current: new Map(), inherited: new Map() };
  return {
    ...answerOf(standing),
    clients: countClients(state ?? nothing),
    lastRecovery: state === undefined ? null : recoverySummary(state),
  };
}

export function verdictOf({ service, fault, kept, owner, hung }: Standing): Report['verdict'] {
  if (fault !== null) return { state: 'failed', reason: printableSentence(fault.reason) };
  if (kept === null) return { state: 'ok', reason: null };
  const { statd, writer, capturing, recovering, callout, nextOwner, damage } = kept;
  const notDurable = 'the last capture did not become durable: shared_dir does not answer';
  return judgeHealth({
    owner,
    strict: service.strict,
    maxLag: service.maxLag * 1000,
    storeTrouble: writer.trouble,
    storeGone: nextOwner.gone,
    storeRefused: nextOwner.refused,
    storeDamage: damage,
    lag: writer.lag,
    unprotected: unprotectedOf(kept),
    calloutSuspended: callout.suspended,
    statdDirectory: capturing.look?.directory ?? 'present',
    smPath: statd.sm,
    recoveryTrouble: hung ? notDurable : recovering.trouble,
    waitingFor: recovering.waitingFor,
    waited: recovering.waited,
  });
}

function phaseOf({ fault, kept, stopping }: Standing): Report['phase'] {
  if (fault !== null) return 'failed';
  if (stopping) return 'stopping';
  if (kept === null) return 'adopting';
  return kept.recovering.phase;
}

function unprotectedOf({ capturing, callout }: Kept): number {
  return new Set([...capturing.unprotected, ...callout.unprotected]).size;
}
