import t from 'tap';
import { clientsText } from '../../../lib/cli/clients-text.ts';

const at = 1_764_000_000_500;

t.test('one line a client, and beneath it what it answered', async (t) => {
  const names = { '192.0.2.10': 'answered', 'nfs.example.com': 'unanswered' };
  const text = clientsText({
    ...{ service: 'nfs-a', sharedDir: '/srv/a', problem: null },
    clients: [
      { client: '10.0.0.1', phase: 'answered', number: 1_764_000_001, names, at },
      { client: 'client.example.com', phase: 'recorded', number: null, names: {}, at: 0 },
    ],
  });
  t.equal(
    text,
    `nfs-a: 2 clients
  10.0.0.1            answered  1764000001  2025-11-24T16:00:00Z
    192.0.2.10 answered, nfs.example.com unanswered
  client.example.com  recorded  -           an unknown time
`,
  );
});

t.test('one client, none, and a store that cannot be read', async (t) => {
  const none = { service: '', sharedDir: null, problem: null };
  t.equal(clientsText({ ...none, clients: [] }), 'unnamed service: 0 clients\n');
  const one = [{ client: 'a', phase: 'back', number: 7, names: {}, at } as const];
  t.match(clientsText({ ...none, clients: one }), /^unnamed service: 1 client\n {2}a +back +7 /);
  t.equal(
    clientsText({ service: 'nfs-a', sharedDir: '/a', clients: null, problem: 'no\\x1b store' }),
    'nfs-a: no\\x1b store\n',
  );
});

t.test("strangers' names do not steer the terminal", async (t) => {
  const evil = '\x1b[2J\n';
  const clients = [{ client: evil, phase: 'told', number: 1, names: { [evil]: evil }, at } as const];
  t.match(
    clientsText({ service: evil, sharedDir: null, clients, problem: null }),
    /^[\x20-\x7e]+\n[\x20-\x7e]+\n[\x20-\x7e]+\n$/,
  );
});
