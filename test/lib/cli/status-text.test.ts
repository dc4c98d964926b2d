import t from 'tap';
import type { ServiceStatus } from '../../../lib/cli/service-status.ts';
import { statusText } from '../../../lib/cli/status-text.ts';
import { NO_CLIENTS } from './reports.ts';

const WELL: ServiceStatus = {
  ...{
    service: 'nfs-a',
    source: 'keeper',
    sharedDir: '/srv/a',
    phase: 'capturing',
    stateNumber: 1_764_000_001,
  },
  ...{ verdict: { state: 'ok', reason: null }, owner: { node: 'n1', epoch: 3, since: 1_764_000_000_500 } },
  ...{
    clients: { ...NO_CLIENTS, recorded: 3, back: 9 },
    lag: 0,
    unprotected: 0,
    lastRecovery: null,
    graceLeft: null,
    waitingFor: [],
    problems: [],
  },
  keeper: { pid: 42, version: '0.1.0' },
};

t.test('a service that is well', async (t) => {
  t.equal(
    statusText(WELL),
    `nfs-a: ok, capturing
  owner         n1, epoch 3, since 2025-11-24T16:00:00Z
  state number  1764000001
  clients       12: 3 recorded, 9 back
  lag           none, all is durable
  shared_dir    /srv/a
  keeper        process 42, version 0.1.0
`,
  );
});

t.test('a service that is not', async (t) => {
  const reason = `2 clients missed: ${'one.example.test '.repeat(5)}`;
  const text = statusText({
    ...WELL,
    ...{ phase: 'recovering', verdict: { state: 'degraded', reason }, lag: 1234, clients: NO_CLIENTS },
    ...{ waitingFor: ['NFS', 'address 192.0.2.1'], problems: ['sm/x: empty'] },
  });
  t.equal(
    text,
    `nfs-a: degraded, recovering
  reason        2 clients missed: one.example.test one.example.test
                one.example.test one.example.test one.example.test
  owner         n1, epoch 3, since 2025-11-24T16:00:00Z
  state number  1764000001
  clients       none
  lag           1.234 s
  grace         how long it lasts is not known here
  waiting for   NFS
                address 192.0.2.1
  problems      sm/x: empty
  shared_dir    /srv/a
  keeper        process 42, version 0.1.0
`,
  );
});

t.test('who was missed is named', async (t) => {
  const missedClients = ['c1', 'c\\2', `c3${'x'.repeat(60)}`, 'c4', 'c5'];
  const lastRecovery = { at: 1, clients: 9, back: 2, missed: 7, missedClients };
  t.match(
    statusText({ ...WELL, lastRecovery }),
    `
  missed        c1, c\\\\2,
                c3${'x'.repeat(60)},
                c4, c5 and 2 more
  lag `,
  );
  t.notMatch(statusText({ ...WELL, lastRecovery: { ...lastRecovery, missed: 0 } }), 'missed');
});

t.test('what is not known is not shown', async (t) => {
  const text = statusText({
    ...WELL,
    ...{
      verdict: { state: 'unanswering', reason: 'no keeper listens' },
      phase: null,
      owner: null,
      lag: null,
    },
    ...{ stateNumber: null, clients: null, sharedDir: null, keeper: null },
  });
  t.equal(text, 'nfs-a: unanswering\n  reason        no keeper listens\n');
  for (const since of [0, 1e300]) {
    const lost = statusText({ ...WELL, service: '', owner: { node: '', epoch: 2, since } });
    t.match(lost, /^unnamed service: ok/);
    t.match(lost, 'an unknown node, epoch 2, since an unknown time');
  }
});

t.test('what was escaped where it came from is not escaped again', async (t) => {
  const text = statusText({
    ...{ ...WELL, service: 'a\\b', problems: ['sm/\\x1b[2J: empty'] },
    verdict: { state: 'degraded', reason: 'no \\x1b here' },
  });
  t.match(text, 'reason        no \\x1b here\n');
  t.match(text, 'problems      sm/\\x1b[2J: empty\n');
  t.match(text, /^a\\\\b: degraded/);
});

t.test("strangers' text neither steers the terminal nor floods it", async (t) => {
  const evil = `\x1b[2J\n\u202e${'x'.repeat(5000)}`;
  const text = statusText({
    ...{ ...WELL, service: evil, sharedDir: evil, waitingFor: [evil] },
    verdict: { state: 'failed', reason: evil },
    owner: { node: evil, epoch: 1, since: 1 },
    problems: Array.from({ length: 25 }, (_, index) => `problem ${index}`),
    keeper: { pid: 1, version: evil },
  });
  t.match(text, /^[\x20-\x7e\n]+$/);
  for (const line of text.split('\n')) t.ok(line.length <= 80, line);
  t.match(text, 'problem 19');
  t.notMatch(text, 'problem 20');
  t.match(text, 'and 5 more; --json has them all');
  t.ok(text.length < 10_000);
});

t.test('grace, while clients are being told', async (t) => {
  const recovering = { ...WELL, phase: 'recovering' } as const;
  t.match(statusText({ ...recovering, graceLeft: 42_001 }), /\n {2}grace {9}43 s left, at least\n/);
  t.match(statusText(recovering), /\n {2}grace {9}how long it lasts is not known here\n/);
  t.notMatch(statusText(WELL), 'grace');
});
