import t from 'tap';
import { decodeReply, resultsOf } from '../../../lib/rpc/reply.ts';

const words = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
};

t.test('rpcbind answers with a port', async (t) => {
  const reply = decodeReply(Buffer.from(`6b03387100000001${'00'.repeat(16)}0000ba90`, 'hex'));
  t.equal(reply.xid, 0x6b033871);
  t.equal(resultsOf(reply, 'somebody').readUInt32BE(), 47760);
});

t.test('a verifier is passed over', async (t) => {
  const verifier = Buffer.concat([words(7, 1, 0, 1, 5), Buffer.from('abcde\0\0\0'), words(0, 99)]);
  t.equal(resultsOf(decodeReply(verifier), 'somebody').readUInt32BE(), 99);
});

t.test('every refusal has its name', async (t) => {
  const refusal = (bytes: Buffer): unknown => {
    const reply = decodeReply(bytes);
    t.throws(() => resultsOf(reply, '10.0.0.1'), { code: 'failed', facts: { subject: '10.0.0.1' } });
    return 'refusal' in reply && reply.refusal;
  };
  t.equal(refusal(words(1, 1, 1, 0, 2, 2)), 'RPC version mismatch');
  t.equal(refusal(words(1, 1, 1, 1, 5)), 'authentication error');
  t.equal(refusal(words(1, 1, 0, 0, 0, 1)), 'program unavailable');
  t.equal(refusal(words(1, 1, 0, 0, 0, 2, 3, 4)), 'program version mismatch');
  t.equal(refusal(words(1, 1, 0, 0, 0, 3)), 'procedure unavailable');
  t.equal(refusal(words(1, 1, 0, 0, 0, 4)), 'garbage arguments');
  t.equal(refusal(words(1, 1, 0, 0, 0, 5)), 'system error');
  t.equal(refusal(words(1, 1, 0, 0, 0, 77)), 'accept status 77');
});

t.test('what is no reply is malformed', async (t) => {
  const malformed = { code: 'malformed' };
  t.throws(() => decodeReply(Buffer.alloc(0)), malformed);
  t.throws(() => decodeReply(words(1, 0, 0, 0, 0, 0)), malformed, 'a call');
  t.throws(() => decodeReply(words(1, 1, 2, 0, 0, 0)), malformed, 'an unknown status');
  t.throws(() => decodeReply(words(1, 1, 0, 0, 401)), malformed, 'a verifier that is too long');
  t.throws(() => decodeReply(words(1, 1, 0, 0, 0)), malformed, 'cut short');
  t.throws(() => decodeReply(words(1, 1, 1)), malformed, 'denied, cut short');
});
