import t from 'tap';
import { encodeCall, nullProcedure, randomXid, randomXids, withXid } from '../../../lib/rpc/call.ts';

t.test('a call has the bytes that sm-notify 2.6.2 sends', async (t) => {
  const args = Buffer.from('000186b8000000010000001100000000', 'hex');
  t.equal(
    encodeCall(0x6b033871, { program: 100000, version: 2, procedure: 3, args }).toString('hex'),
    `6b0338710000000000000002000186a00000000200000003${'00'.repeat(16)}000186b8000000010000001100000000`,
  );
});

t.test('a message for another transaction differs in nothing else', async (t) => {
  const call = { program: 100024, version: 1, procedure: 6, args: Buffer.from('0badcafe', 'hex') };
  const message = encodeCall(0, call);
  t.strictSame(withXid(message, 0x6b033871), encodeCall(0x6b033871, call));
  t.strictSame(message, encodeCall(0, call));
});

t.test('the null procedure is number 0 without arguments', async (t) => {
  const { procedure, args, program, version } = nullProcedure(100003, 3);
  t.strictSame([program, version, procedure, args.length], [100003, 3, 0, 0]);
});

t.test('transaction ids are 32 bits and do not repeat themselves', async (t) => {
  const nextXid = randomXids();
  const seen = new Set(Array.from({ length: 3000 }, () => nextXid()));
  t.ok(seen.size > 2990);
  t.ok([...seen, randomXid()].every((xid) => Number.isInteger(xid) && xid >= 0 && xid <= 0xffff_ffff));
});
