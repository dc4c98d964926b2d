import t from 'tap';
import { Messages } from '../../../../lib/recover/notifier/messages.ts';
import { askForPort, encodeCall, type RpcCall } from '../../../../lib/rpc/index.ts';

function notify(name: string): RpcCall {
  return { program: 100024, version: 1, procedure: 6, args: Buffer.from(name, 'latin1') };
}

t.test('each question has the bytes that it has alone, however often it is asked', async (t) => {
  const calls = [notify('vip1'), notify('name')];
  const messages = new Messages(calls);
  const seen: Buffer[] = [];
  for (const xid of [1, 0xffff_ffff]) {
    for (const address of ['10.0.0.1', '10.0.0.2', 'fd00::1', 'fd00::2']) {
      for (const [about, call] of calls.entries()) {
        seen.push(messages.of({ about, address, xid }));
        t.strictSame(seen.at(-1), encodeCall(xid, call));
      }
      for (const about of ['udp', 'tcp'] as const) {
        seen.push(messages.of({ about, address, xid }));
        t.strictSame(seen.at(-1), encodeCall(xid, askForPort(address, 100024, 1, about)));
      }
    }
  }
  t.equal(
    new Set(seen.map((bytes) => bytes.toString('hex'))).size,
    2 * (2 + 2 + 4),
    'nor do later ones change it',
  );
});
