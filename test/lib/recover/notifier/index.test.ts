import t from 'tap';
import { notifyClients } from '../../../../lib/recover/notifier/index.ts';
import { ClientHost } from '../../../support/client-host.ts';

t.test('with nothing said about clock and callbacks, a client is told and the call returns', async (t) => {
  const host = await ClientHost.start({ address: '127.15.0.1', rpcbindPort: 10261 });
  t.teardown(() => host.stop());
  const summary = await notifyClients({
    targets: [{ client: 'c', addresses: ['127.15.0.1'], hostNames: [] }],
    announcements: [{ name: 'vip', source: '127.0.7.9' }],
    stateNumber: 9,
    sourcePort: 0,
    signal: new AbortController().signal,
    onResult: () => undefined,
    resolver: { addresses: async () => [], names: async () => [] },
    rpcbindPort: 10261,
  });
  t.match(summary, { clients: 1, told: 1 });
  t.match(host.heard, [{ name: 'vip', state: 9 }]);
});

t.test('with nobody to tell, nothing is sent', async (t) => {
  const summary = await notifyClients({
    targets: [],
    announcements: [{ name: 'vip', source: '127.0.7.9' }],
    stateNumber: 9,
    sourcePort: 0,
    signal: new AbortController().signal,
    onResult: () => undefined,
    resolver: { addresses: async () => [], names: async () => [] },
  });
  t.match(summary, { clients: 0, sent: 0 });
});
