import t from 'tap';
import { recoveryReport } from '../../../../lib/cli/report/recovery-report.ts';
import { endText, headline, moments, namesText, stepsText } from '../../../../lib/cli/report/sentences.ts';
import { BEGUN, ENDED, EVENTS, entry, event } from './example-recovery.ts';

const report = recoveryReport('/srv/a', ENDED, EVENTS);

t.test('the headline', async (t) => {
  t.equal(headline(report), 'recovery ended, 1 of 4 clients missed');
  const well = { ...report, counts: { ...report.counts, missed: 0 }, clients: report.clients.slice(1) };
  t.equal(headline(well), 'recovery ended, 2 of 3 clients back, 1 present');
  t.equal(
    headline({ ...well, counts: { ...well.counts, present: 0 } }),
    'recovery ended, 2 of 3 clients back',
  );
  t.equal(headline({ ...report, state: 'running' }), 'recovery running, 1 of 4 clients not back');
  t.equal(headline({ ...report, state: 'broken-off' }), 'recovery broken off, 1 of 4 clients not back');
  t.equal(headline({ ...report, state: 'none' }), 'nobody had to be told in this epoch');
  const one = { ...report, state: 'running', clients: report.clients.slice(0, 1) } as const;
  t.equal(
    headline({ ...one, counts: { ...one.counts, back: 0, present: 0 } }),
    'recovery running, 1 of 1 client not back',
  );
});

t.test('the end', async (t) => {
  t.equal(endText(report), '2025-11-24T16:01:30Z, after 90.0 s: grace was over');
  t.equal(endText({ ...report, end: 'by <magic>' }), '2025-11-24T16:01:30Z, after 90.0 s: by <magic>');
  t.equal(endText({ ...report, end: null }), '2025-11-24T16:01:30Z, after 90.0 s');
  t.match(endText({ ...report, ended: 9e15 }), /^at an unknown time, after /);
  t.equal(
    endText({ ...report, ended: null, end: 'complete' }),
    'at an unknown time: everybody was back or present',
  );
  t.equal(endText({ ...report, state: 'running' }), 'not yet');
  t.match(endText({ ...report, state: 'broken-off' }), /never/);
});

t.test('the way of a client', async (t) => {
  const [missed, c1] = report.clients;
  t.ok(missed && c1);
  t.equal(stepsText(c1 as never, BEGUN), 'unanswered 2.4 s, answered 3.0 s, back 4.0 s');
  t.equal(stepsText({ ...entry('c', 'present', 0), steps: [] }, BEGUN), 'its own record was here already');
  t.equal(stepsText({ ...entry('c', 'conveyed', 0), steps: [] }, BEGUN), 'nothing is known');
  t.equal(namesText({ ...entry('c', 'told', 0, { 'a\x1b': 'answered' }), steps: [] }), 'a\\x1b answered');
});

t.test('the timeline, in which what repeats itself is told once', async (t) => {
  t.same(
    moments(report.timeline).map(({ at, what }) => [at - BEGUN, what]),
    [
      [0, 'n2 took over from n1, epoch 4'],
      [50, 'clients conveyed: 4'],
      [60, 'it could not be asked whether grace is on: D-Bus is away (2 times)'],
      [560, 'it could not be asked whether grace is on: D-Bus is <b>back</b>'],
      [900, 'grace was opened (kept)'],
      [1800, 'telling 4 clients, state number 1764000001, as 192.0.2.10, nfs.example.com'],
      [90_000, 'ended: grace was over; missed: 1'],
    ],
  );
  const others = [
    event(1, 'adopted', { epoch: 1, node: 'n1', from: null, inPlace: false }),
    event(2, 'adopted', { epoch: 2, node: 'n1', from: 'n1', inPlace: true }),
    event(3, 'lock-manager-restarted'),
    event(4, 'recovery-ended', { end: 'otherwise' }),
    event(5, 'recovery', { end: 'stopped' }),
    event(6, '\x1b[2J', { '\x07': '\x1b' }),
  ];
  t.same(
    moments(others).map(({ what }) => what),
    [
      'n1 took over, epoch 1',
      'the keeper was replaced in place on n1',
      'the lock manager restarted: its clients are to be told',
      'ended: otherwise; missed: ?',
      'broken off: the keeper left',
      '\\x1b[2J \\x07=\\x1b',
    ],
  );
});
