import type { LoggedEvent } from '../../../../lib/node/event-file.ts';
import type { LedgerEntry, Phase, StoreState } from '../../../../lib/store/index.ts';
import { fileOf, HOLDER } from '../../store/arbitraries.ts';

/** When the service was adopted. */
export const BEGUN = 1_764_000_000_000;
export const NUMBER = 1_764_000_001;
/** What a hostile client calls itself. */
export const HOSTILE = '<img src=x onerror=alert(1)>\x1b[2J&"\'';

export function event(after: number, name: string, facts: LoggedEvent['facts'] = {}): LoggedEvent {
  return { at: BEGUN + after, event: name, facts };
}

export function entry(
  client: string,
  phase: Phase,
  after: number,
  names: LedgerEntry['names'] = {},
): LedgerEntry {
  const number = Object.keys(names).length === 0 ? null : NUMBER;
  return { client, phase, number, names, at: BEGUN + after };
}

const ANSWERED = { '192.0.2.10': 'answered', 'nfs.example.com': 'answered' };

/** A recovery that is over: three are back or present, one of a hostile name is missed. */
export const ENDED: StoreState = {
  ...{ service: 'locks', format: 'record', epoch: 4, holder: { ...HOLDER, node: 'n2' }, since: BEGUN },
  ...{ stateNumber: NUMBER, recoveryEnded: null, lockCount: null, ended: null, damage: [], torn: [] },
  current: new Map([['c9', fileOf('c9')]]),
  inherited: new Map(),
  ledger: new Map(
    [
      entry('c1', 'back', 4000, ANSWERED),
      entry('c2', 'back', 2500, ANSWERED),
      entry('c3', 'present', 100, ANSWERED),
      entry(HOSTILE, 'missed', 90_000, { '192.0.2.10': 'answered', 'nfs.example.com': 'unanswered' }),
    ].map((each) => [each.client, each]),
  ),
};

/** What the node wrote down of it. */
export const EVENTS: readonly LoggedEvent[] = [
  event(0, 'adopted', { epoch: 4, node: 'n2', from: 'n1', inPlace: false, handedOver: false }),
  event(50, 'conveyed', { clients: 4 }),
  event(60, 'grace-unknown', { reason: 'D-Bus is away' }),
  event(310, 'grace-unknown', { reason: 'D-Bus is away' }),
  event(560, 'grace-unknown', { reason: 'D-Bus is <b>back</b>' }),
  event(900, 'grace-opened', { lockManager: 'ganesha 1', way: 'kept' }),
  event(1800, 'telling', { clients: 4, number: NUMBER, names: ['192.0.2.10', 'nfs.example.com'] }),
  event(2300, 'client', { client: 'c2', outcome: 'answered', number: NUMBER }),
  event(2400, 'client', { client: 'c1', outcome: 'unanswered', number: NUMBER }),
  event(2500, 'back', { client: 'c2' }),
  event(3000, 'client', { client: 'c1', outcome: 'answered', number: NUMBER }),
  event(4000, 'back', { client: 'c1' }),
  event(90_000, 'recovery-ended', { end: 'grace-over', clients: 4, missed: 1 }),
  event(90_001, 'recovery', { end: 'grace-over' }),
];
