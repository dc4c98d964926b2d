import type { Report } from '../../../lib/keeper/protocol.ts';

/** What a keeper says when all is well. */
export const REPORT: Report = {
  version: '0.1.0',
  pid: 4242,
  service: 'locks',
  sharedDir: '/srv/nfs/locks',
  phase: 'capturing',
  verdict: { state: 'ok', reason: null },
  faultCode: null,
  owner: { node: 'alpha', epoch: 3, since: 1_700_000_000_000 },
  stateNumber: 7,
  handedOverTo: null,
  clients: { recorded: 2, conveyed: 0, answered: 0, told: 0, present: 1, back: 4, missed: 0 },
  lag: 0,
  unprotected: 0,
  lastRecovery: { at: 1_700_000_090_000, clients: 5, back: 5, missed: 0, missedClients: [] },
  waitingFor: [],
  problems: [],
};
