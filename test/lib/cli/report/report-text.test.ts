import t from 'tap';
import { recoveryReport } from '../../../../lib/cli/report/recovery-report.ts';
import { reportText } from '../../../../lib/cli/report/report-text.ts';
import { ENDED, EVENTS, entry, HOSTILE } from './example-recovery.ts';

const recovery = recoveryReport('/srv/a', ENDED, EVENTS);
const shown = { service: 'locks', sharedDir: '/srv/a', recovery, problem: null };

t.test('it reads well in 80 columns, and nobody steers the terminal', async (t) => {
  const text = reportText(shown);
  t.match(text, /^locks: recovery ended, 1 of 4 clients missed\n {2}owner {9}n2, epoch 4\n {2}from {10}n1\n/);
  t.match(text, /\n {2}told as {7}192\.0\.2\.10\n {16}nfs\.example\.com\n/);
  t.match(text, /\n {2}what happened\n {5}0\.0 s {2}n2 took over from n1, epoch 4\n/);
  t.match(text, /\n {2}c1 {22}back {6}unanswered 2\.4 s, answered 3\.0 s, back 4\.0 s\n/);
  t.match(text, /\n {2}c3 +present {3}its own record was here already\n$/);
  t.match(
    text,
    /\n {2}<img src=x onerror=alert\(1\)>\\x1b\[2J&"' {2}missed {4}missed 90\.0 s\n {6}192\.0\.2\.10 answered/,
  );
  for (const line of text.split('\n')) t.match(line, /^[\x20-\x7e]{0,80}$/);
  t.notMatch(text, 'event log', 'all of it is there');
});

t.test('long names and long ways', async (t) => {
  const steps = Array.from({ length: 9 }, () => ({ at: recovery.begun + 1000, what: 'unanswered' }));
  const clients = [{ ...entry('c'.repeat(300), 'told', 0, { [HOSTILE]: 'answered' }), steps }];
  const text = reportText({ ...shown, recovery: { ...recovery, clients, timeline: [] } });
  t.match(text, /told {6}unanswered 1\.0 s/);
  t.notMatch(text, 'what happened');
});

t.test('what is lacking is said', async (t) => {
  const facts = { stateNumber: null, begun: -1, owner: { ...recovery.owner, node: '' } };
  const text = reportText({
    ...shown,
    service: '',
    recovery: { ...recovery, ...facts, eventLog: 'partial' },
  });
  t.match(text, /^unnamed service: [\s\S]*an unknown node, epoch 4[\s\S]*at an unknown time/);
  t.match(text, /event log {5}only its end/);
  t.notMatch(text, /^ {2}state number/m);
  const alone = { ...recovery, eventLog: 'none', from: null } as const;
  t.match(reportText({ ...shown, recovery: alone }), /event log {5}nothing: the log/);
  const none = { ...recovery, state: 'none' } as const;
  t.equal(reportText({ ...shown, recovery: none }), 'locks: nobody had to be told in this epoch\n');
  t.equal(
    reportText({ service: 'a', sharedDir: null, recovery: null, problem: 'cannot\x1b' }),
    'a: cannot\\x1b\n',
  );
});
