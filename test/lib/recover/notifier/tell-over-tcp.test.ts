import t from 'tap';
import { outcomeOfErrno, tellOverTcp } from '../../../../lib/recover/notifier/tell-over-tcp.ts';
import { ClientHost } from '../../../support/client-host.ts';

const rpcbindPort = 10231;
const args = Buffer.from('000000037669700000000007', 'hex');
const telling = {
  address: '127.10.1.1',
  rpcbindPort,
  statdPort: 0,
  localAddress: '127.0.0.1',
  localPort: 'privileged',
  calls: [{ program: 100024, version: 1, procedure: 6, args }],
  signal: new AbortController().signal,
} as const;

t.test('rpcbind is asked, then statd is told', async (t) => {
  const host = await ClientHost.start({ address: '127.10.1.1', rpcbindPort, statd: ['tcp'] });
  t.teardown(() => host.stop());
  t.equal(await tellOverTcp(telling), 'answered');
  t.match(host.heard, [{ name: 'vip', state: 7, transport: 'tcp', from: '127.0.0.1' }]);
  t.ok((host.heard[0]?.fromPort ?? 9999) < 1024);
  host.statd = [];
  t.equal(await tellOverTcp(telling), 'unregistered');
  t.equal(await tellOverTcp({ ...telling, statdPort: 9 }), 'refused');
});

t.test('what stands in the way', async (t) => {
  t.equal(await tellOverTcp({ ...telling, address: '127.10.1.2' }), 'refused');
  t.equal(await tellOverTcp({ ...telling, localAddress: '192.0.2.77' }), 'unreachable');
  const silent = await ClientHost.start({ address: '127.10.1.3', rpcbindPort, answer: () => [] });
  t.teardown(() => silent.stop());
  t.equal(await tellOverTcp({ ...telling, address: '127.10.1.3' }), 'unanswered');
});

t.test('system errors', async (t) => {
  t.equal(outcomeOfErrno('EHOSTUNREACH'), 'unreachable');
  t.equal(outcomeOfErrno('ENETUNREACH'), 'unreachable');
  for (const errno of ['ETIMEDOUT', 'ENOBUFS', 'EAGAIN']) t.equal(outcomeOfErrno(errno), 'unanswered');
  t.equal(outcomeOfErrno('ECONNREFUSED'), 'refused');
  t.equal(outcomeOfErrno(undefined), 'refused');
});
