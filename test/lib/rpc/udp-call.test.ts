import { createSocket } from 'node:dgram';
import t, { type Test } from 'tap';
import { nullProcedure } from '../../../lib/rpc/call.ts';
import { callOverUdp, type Peer } from '../../../lib/rpc/udp-call.ts';

/** A server on 127.0.0.1 that sends what `answers` gives for the n-th question. */
async function serve(t: Test, answers: (question: Buffer, count: number) => Buffer[]): Promise<Peer> {
  const socket = createSocket('udp4');
  let count = 0;
  socket.on('message', (question, from) => {
    count += 1;
    for (const answer of answers(question, count)) socket.send(answer, from.port, from.address);
  });
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done));
  t.teardown(() => socket.close());
  const { port } = socket.address();
  return { address: '127.0.0.1', port, localAddress: '127.0.0.1', localPort: 0, timeout: 3000 };
}

/** An accepted reply with these results. */
function reply(question: Buffer, results: string): Buffer {
  const header = Buffer.alloc(24);
  question.copy(header, 0, 0, 4);
  header.writeUInt32BE(1, 4);
  return Buffer.concat([header, Buffer.from(results, 'hex')]);
}

const call = nullProcedure(100000, 2);

t.test('the results come back; what answers nothing is passed over', async (t) => {
  const peer = await serve(t, (question) => {
    const foreign = reply(question, '00000001');
    foreign.writeUInt32BE((question.readUInt32BE() + 1) >>> 0);
    return [Buffer.from('x'), foreign, reply(question, '00000002')];
  });
  t.equal((await callOverUdp(peer, call)).toString('hex'), '00000002');
});

t.test('a lost question is repeated with the same transaction id', async (t) => {
  const ids = new Set<number>();
  const peer = await serve(t, (question, count) => {
    ids.add(question.readUInt32BE());
    return count < 3 ? [] : [reply(question, '')];
  });
  t.equal((await callOverUdp({ ...peer, localPort: 'privileged' }, call)).length, 0);
  t.equal(ids.size, 1);
});

t.test('silence ends in time', async (t) => {
  const peer = await serve(t, () => []);
  await t.rejects(callOverUdp({ ...peer, timeout: 60 }, call), { code: 'timed-out' });
});

t.test('an answer that is not a reply is malformed', async (t) => {
  const peer = await serve(t, (question) => [Buffer.from(question)]);
  await t.rejects(callOverUdp(peer, call), { code: 'malformed' });
});

t.test('where there is no way, that is said at once', async (t) => {
  const peer = { address: '192.0.2.1', port: 9, localAddress: '127.0.0.1', localPort: 0, timeout: 3000 };
  await t.rejects(callOverUdp(peer, call), { code: 'failed', message: /cannot send to 192.0.2.1 port 9/ });
});
