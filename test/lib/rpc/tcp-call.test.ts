import { createServer, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import { nullProcedure } from '../../../lib/rpc/call.ts';
import { callOverTcp } from '../../../lib/rpc/tcp-call.ts';
import type { Peer } from '../../../lib/rpc/udp-call.ts';

/** A server on 127.0.0.1 that treats every connection like this. */
async function serve(t: Test, treat: (socket: Socket, calls: Buffer[]) => void): Promise<Peer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    let bytes = Buffer.alloc(0);
    socket.on('data', (piece) => {
      bytes = Buffer.concat([bytes, piece]);
      const calls: Buffer[] = [];
      for (let at = 0; at + 44 <= bytes.length; at += 44) calls.push(bytes.subarray(at + 4, at + 44));
      treat(socket, calls);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { address: '127.0.0.1', port, localAddress: '127.0.0.1', localPort: 'privileged', timeout: 3000 };
}

/** An accepted reply in one fragment; `status` is the accept status. */
function reply(call: Buffer, results: string, status = 0): Buffer {
  const header = Buffer.alloc(28);
  header.writeUInt32BE(0x8000_0000 + 24 + results.length / 2);
  call.copy(header, 4, 0, 4);
  header.writeUInt32BE(1, 8);
  header.writeUInt32BE(status, 24);
  return Buffer.concat([header, Buffer.from(results, 'hex')]);
}

const calls = [nullProcedure(100024, 1), nullProcedure(100024, 1)];

t.test('several calls on one connection, answered in any order, even twice', async (t) => {
  let from = 0;
  const peer = await serve(t, (socket, [one, two]) => {
    from = socket.remotePort ?? 0;
    if (!one || !two) return;
    const foreign = Buffer.from(one);
    foreign.writeUInt32BE((one.readUInt32BE() - 1) >>> 0);
    socket.write(Buffer.concat([reply(foreign, ''), reply(two, '00000002'), reply(two, '00000003')]));
    socket.write(reply(one, '00000001'));
  });
  const results = await callOverTcp(peer, calls);
  t.strictSame(
    results.map((result) => result.toString('hex')),
    ['00000001', '00000002'],
  );
  t.ok(from >= 512 && from < 1024, 'from a privileged port');
  await callOverTcp({ ...peer, localPort: from }, calls);
  t.pass('the port is free again at once');
});

t.test('IPv6', async (t) => {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (piece) => socket.write(reply(piece.subarray(4), '')));
  });
  await new Promise<void>((done) => server.listen(0, '::1', done));
  t.teardown(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const peer = { address: '::1', port, localAddress: '::1', localPort: 0, timeout: 3000 };
  t.equal((await callOverTcp(peer, [nullProcedure(100024, 1)])).length, 1);
});

t.test('silence ends in time', async (t) => {
  const peer = await serve(t, () => undefined);
  await t.rejects(callOverTcp({ ...peer, timeout: 60 }, calls), { code: 'timed-out' });
});

t.test('a server that hangs up', async (t) => {
  const peer = await serve(t, (socket) => socket.end());
  await t.rejects(callOverTcp(peer, calls), { code: 'failed', message: /closed the connection/ });
});

t.test('a record that is too long, and rubbish', async (t) => {
  const long = await serve(t, (socket) => socket.write(Buffer.from('ffffffff', 'hex')));
  await t.rejects(callOverTcp(long, calls), { code: 'malformed' });
  const rubbish = await serve(t, (socket) => socket.write(Buffer.from('8000000400000000', 'hex')));
  await t.rejects(callOverTcp(rubbish, calls), { code: 'malformed' });
});

t.test('a refusal of one call', async (t) => {
  const peer = await serve(t, (socket, [one]) => {
    if (one) socket.write(reply(one, '', 1));
  });
  await t.rejects(callOverTcp(peer, calls), { code: 'failed', facts: { found: 'program unavailable' } });
});

t.test('nobody listens; no way; a local port that is taken', async (t) => {
  const peer: Peer = {
    address: '127.0.9.9',
    port: 9,
    localAddress: '127.0.0.1',
    localPort: 0,
    timeout: 3000,
  };
  await t.rejects(callOverTcp(peer, calls), { code: 'failed', facts: { cause: { code: 'ECONNREFUSED' } } });
  const foreign = { ...peer, localAddress: '192.0.2.77' };
  await t.rejects(callOverTcp(foreign, calls), {
    code: 'failed',
    facts: { cause: { code: 'EADDRNOTAVAIL' } },
  });
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.teardown(() => server.close());
  const address = server.address();
  const localPort = typeof address === 'object' && address ? address.port : 0;
  await t.rejects(callOverTcp({ ...peer, localPort }, calls), { code: 'failed', message: /cannot use port/ });
});

t.test('a signal ends it', async (t) => {
  const stop = new AbortController();
  const peer = await serve(t, () => stop.abort());
  await t.rejects(callOverTcp(peer, calls, stop.signal), { code: 'failed' });
});
