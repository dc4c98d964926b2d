import t from 'tap';
import type { ServiceStatus } from '../../../../lib/cli/service-status.ts';
import { frame, summary, type View } from '../../../../lib/cli/watch/frame.ts';
import { NO_CLIENTS } from '../reports.ts';

const WELL: ServiceStatus = {
  ...{
    service: 'web',
    source: 'keeper',
    sharedDir: '/srv/a',
    phase: 'capturing',
    stateNumber: 1_764_000_001,
  },
  ...{ verdict: { state: 'ok', reason: null }, owner: { node: 'n2', epoch: 3, since: 1 }, lag: 0 },
  ...{
    clients: { ...NO_CLIENTS, recorded: 3 },
    unprotected: 0,
    lastRecovery: null,
    graceLeft: null,
    waitingFor: [],
    problems: [],
    keeper: null,
  },
};
const RECOVERING: ServiceStatus = {
  ...WELL,
  ...{ service: 'locks', phase: 'recovering', graceLeft: 42_001, lag: 1200 },
  clients: { ...NO_CLIENTS, told: 3, back: 9 },
};
const UNKNOWN: ServiceStatus = {
  ...{ ...WELL, service: '', phase: null, owner: null, stateNumber: null, lag: null, clients: null },
  verdict: { state: 'unanswering', reason: 'no keeper\x1b listens' },
};
const view = (services: readonly ServiceStatus[], problem: string | null = null): View => {
  return { at: 1_764_000_000_000, of: 'n2', services, problem };
};

t.test('a recovery has a bar and its grace', async (t) => {
  t.same(frame(view([RECOVERING, WELL]), { columns: 80, rows: 24 }), [
    'lockferry on n2, 2025-11-24T16:00:00Z; Ctrl-C ends it',
    '',
    'locks: ok, recovering',
    '  n2, epoch 3, state number 1764000001, lag 1.200 s',
    '  clients 12: 3 told, 9 back',
    `  [${'#'.repeat(33)}${'='.repeat(11)}] 9 of 12 back, grace 43 s`,
    '',
    'web: ok, capturing',
    '  n2, epoch 3, state number 1764000001, lag none, all is durable',
    '  clients 3: 3 recorded',
    '',
    '# back  = told  - answered  . not yet  x missed',
  ]);
});

t.test('who was missed is named', async (t) => {
  const missedClients = ['c1', 'c2', 'c3', 'c4', 'c\x1b5'];
  const lastRecovery = { at: 1, clients: 9, back: 2, missed: 7, missedClients };
  const missed = { ...WELL, clients: { ...NO_CLIENTS, back: 2, missed: 7 }, lastRecovery };
  t.same(frame(view([missed]), { columns: 80, rows: 24 }).slice(2), [
    'web: ok, capturing',
    '  n2, epoch 3, state number 1764000001, lag none, all is durable',
    '  clients 9: 2 back, 7 missed',
    '  missed c1, c2, c3, c4, c\\x1b5 and 2 more',
  ]);
  t.match(summary(missed), '; missed c1, c2, c3, c4, c\\x1b5 and 2 more');
});

t.test('what is wrong is said, and what is not known is not guessed', async (t) => {
  const waiting = {
    ...RECOVERING,
    graceLeft: null,
    waitingFor: ['address 192.0.2.10', 'NFS'],
    clients: null,
  };
  const text = frame(view([UNKNOWN, waiting]), { columns: 80, rows: 24 }).join('\n');
  t.match(text, /\nunnamed service: unanswering\n {2}owner not known\n {2}no keeper\\x1b listens\n/);
  t.match(text, '  waiting for address 192.0.2.10, NFS\n');
  const open = frame(view([{ ...RECOVERING, graceLeft: null }]), { columns: 80, rows: 24 });
  t.match(open.join('\n'), '9 of 12 back, grace left: ?');
  t.match(frame(view([]), { columns: 80, rows: 24 }), [/./, '', 'No service is started here.']);
  t.match(frame(view([], 'a\x1bb'), { columns: 80, rows: 24 }), [/./, '', 'a\\x1bb']);
  const nobody = { ...WELL, owner: { node: '', epoch: 1, since: 1 } };
  t.match(frame(view([nobody]), { columns: 80, rows: 24 }).join('\n'), 'unknown node, epoch 1');
  t.match(summary(nobody), 'unknown node epoch 1');
});

t.test('it fits into any window', async (t) => {
  const many = [RECOVERING, ...Array.from({ length: 8 }, () => WELL), UNKNOWN];
  for (const columns of [10, 40, 80, 200]) {
    for (const rows of [2, 5, 12, 18, 60]) {
      const lines = frame(view(many), { columns, rows });
      t.ok(lines.length <= rows && lines.every((line) => line.length <= columns), `${columns} x ${rows}`);
    }
  }
  const small = frame(view(many), { columns: 80, rows: 18 });
  t.match(small[1], 'locks: ok, recovering', 'who recovers is shown whole');
  t.match(small[5], /^web: ok, capturing; n2 epoch 3; state 1764000001; clients 3: 3 recorded$/);
  const tiny = frame(view(many), { columns: 46, rows: 16 });
  t.match(tiny, [
    /./,
    'locks: ok, recovering, 12 clients',
    /^ {2}\[#{8}#*=+\] 9 of 12 back, grace 43 s$/,
    'web: ok',
  ]);
  t.equal(tiny.at(-3), '  no keeper\\x1b listens');
  t.match(frame(view(many), { columns: 80, rows: 5 }).at(-1), /^\d+ more lines: the window is too small$/);
});

t.test('what counts is not cut off in a small window', async (t) => {
  const crowd = { ...RECOVERING, clients: { ...NO_CLIENTS, conveyed: 601, told: 120, back: 279 } };
  const host = { ...view([crowd, WELL]), of: 'nfs-server-1' };
  const small = frame(host, { columns: 40, rows: 12 });
  t.equal(small[0], 'nfs-server-1, 2025-11-24T16:00:00Z');
  t.ok(small.includes('  [##=....] 279 of 1000 back, grace 43 s'));
  t.ok(small.includes('web: ok, capturing, 3 clients'));
  t.equal(small.at(-1), '#back =told -answered .not yet xmissed');
  const smaller = frame(host, { columns: 25, rows: 12 });
  t.equal(smaller[0], '16:00:00Z nfs-server-1');
  t.ok(smaller.includes('  [##=...] 279/1000, 43 s'));
  const unknown = frame(view([{ ...crowd, graceLeft: null }]), { columns: 25, rows: 12 });
  t.ok(unknown.includes('  [##=....] 279/1000, ? s'));
});

t.test('in one line', async (t) => {
  t.equal(
    summary(RECOVERING),
    'locks: ok, recovering; n2 epoch 3; state 1764000001; clients 12: 3 told, 9 back; lag 2 s; grace 43 s',
  );
  t.equal(summary(UNKNOWN), 'unnamed service: unanswering; no keeper\\x1b listens');
});
