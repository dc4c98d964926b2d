import t from 'tap';
import { recoveryReport } from '../../../../lib/cli/report/recovery-report.ts';
import { fileOf } from '../../store/arbitraries.ts';
import { BEGUN, ENDED, EVENTS, entry, event, HOSTILE, NUMBER } from './example-recovery.ts';

t.test('store and event log together', async (t) => {
  const report = recoveryReport('/srv/a', ENDED, EVENTS);
  const { clients, timeline, ...facts } = report;
  t.same(facts, {
    ...{
      service: 'locks',
      sharedDir: '/srv/a',
      state: 'ended',
      from: 'n1',
      end: 'grace-over',
      eventLog: 'whole',
    },
    owner: { node: 'n2', epoch: 4, since: BEGUN },
    ...{ begun: BEGUN, ended: BEGUN + 90_000, stateNumber: NUMBER, names: ['192.0.2.10', 'nfs.example.com'] },
    counts: { recorded: 0, conveyed: 0, answered: 0, told: 0, present: 1, back: 2, missed: 1 },
  });
  t.same(
    clients.map(({ client, phase, steps }) => [
      client,
      phase,
      steps.map(({ at, what }) => [at - BEGUN, what]),
    ]),
    [
      [HOSTILE, 'missed', [[90_000, 'missed']]],
      [
        'c1',
        'back',
        [
          [2400, 'unanswered'],
          [3000, 'answered'],
          [4000, 'back'],
        ],
      ],
      [
        'c2',
        'back',
        [
          [2300, 'answered'],
          [2500, 'back'],
        ],
      ],
      ['c3', 'present', []],
    ],
    'missed first',
  );
  t.same(
    timeline.map((each) => each.event),
    ['adopted', 'conveyed', ...Array(3).fill('grace-unknown'), 'grace-opened', 'telling', 'recovery-ended'],
  );
});

t.test('the store alone', async (t) => {
  t.match(recoveryReport('/srv/a', ENDED, []), {
    ...{ state: 'ended', from: null, begun: BEGUN, ended: BEGUN + 90_000, end: null, eventLog: 'none' },
    clients: [{ client: HOSTILE }, { client: 'c1', steps: [{ at: BEGUN + 4000, what: 'back' }] }],
  });
});

t.test('an event log without its beginning', async (t) => {
  const report = recoveryReport('/srv/a', ENDED, EVENTS.slice(9));
  t.match(report, { eventLog: 'partial', begun: BEGUN, from: null, end: 'grace-over' });
});

t.test('how far it is', async (t) => {
  const none = { ...ENDED, ledger: new Map() };
  t.match(recoveryReport('/a', none, []), { state: 'none', stateNumber: null, ended: null, clients: [] });
  const ledger = new Map(
    [entry('c2', 'back', 9), entry('c1', 'conveyed', 5)].map((each) => [each.client, each]),
  );
  const open = { ...ENDED, ledger, inherited: new Map([['c1', fileOf('c1')]]) };
  t.match(recoveryReport('/a', open, [event(0, 'adopted', { epoch: 4, from: null })]), {
    ...{ state: 'running', ended: null, from: null },
    clients: [
      { client: 'c1', steps: [] },
      { client: 'c2', steps: [{ what: 'back' }] },
    ],
  });
  const left = { ...open, ended: { at: BEGUN + 99, released: true } };
  t.match(recoveryReport('/a', left, []), { state: 'broken-off', ended: null });
});
