import t from 'tap';
import { Client } from '../../../../lib/recover/notifier/client.ts';
import { Reports } from '../../../../lib/recover/notifier/reports.ts';
import type { NotifyResult } from '../../../../lib/recover/notifier/types.ts';

const announcements = [
  { name: 'vip', source: '10.0.0.100' },
  { name: '10.0.0.100', source: '10.0.0.100' },
];

t.test('each answer once, a failure when it changes', async (t) => {
  const results: NotifyResult[] = [];
  const clients: string[] = [];
  const reports = new Reports({
    announcements,
    onResult: (result) => results.push(result),
    onClient: (client, outcome) => clients.push(`${client} ${outcome}`),
  });
  const client = new Client({ client: 'c1', addresses: [], hostNames: [] }, ['10.0.0.1'], [0, 1]);
  client.tries = 3;
  reports.took();
  t.notOk(reports.allTold);
  reports.failed(client, 'unanswered', 'udp');
  reports.failed(client, 'unanswered', 'udp');
  reports.failed(client, 'refused', 'udp');
  reports.answered(client, 1, '10.0.0.1', 'tcp');
  t.strictSame(client.unanswered, [0]);
  reports.answered(client, 0, '10.0.0.1', 'udp');
  t.ok(reports.allTold);
  t.strictSame(
    results.map(({ name, outcome, transport }) => `${name} ${outcome} ${transport}`),
    [
      'vip unanswered udp',
      '10.0.0.100 unanswered udp',
      'vip refused udp',
      '10.0.0.100 refused udp',
      '10.0.0.100 answered tcp',
      'vip answered udp',
    ],
  );
  t.match(results[0], { client: 'c1', attempts: 3, address: '10.0.0.1' });
  t.ok(Math.abs((results[0]?.at ?? 0) - Date.now()) < 5000);
  t.strictSame(clients, ['c1 unanswered', 'c1 refused', 'c1 answered']);
});

t.test('the summary counts every client once', async (t) => {
  const reports = new Reports({ announcements, onResult: () => undefined });
  const [told, lost] = [1, 2].map((n) => {
    reports.took();
    return new Client({ client: `c${n}`, addresses: [], hostNames: [] }, [], [0, 1]);
  });
  reports.took();
  if (!told || !lost) return t.fail();
  reports.failed(told, 'unanswered', 'udp');
  for (const index of [0, 1]) reports.answered(told, index, '10.0.0.1', 'udp');
  reports.failed(lost, 'unresolved', null);
  t.strictSame(reports.summary({ sent: 5, received: 4, tcp: 3 }), {
    clients: 3,
    told: 1,
    outcomes: { answered: 1, unanswered: 1, unregistered: 0, unresolved: 1, unreachable: 0, refused: 0 },
    sent: 5,
    received: 4,
    tcp: 3,
  });
});
