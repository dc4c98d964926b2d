import t from 'tap';
import { encodeCall, nullProcedure, randomXid, randomXids } from '../../../lib/rpc/call.ts';

t.test('a call has the bytes that sm-notify 2.6.2 sends', async (t) => {
  const args = Buffer.from('000186b8000000010000001100000000', 'hex');
  t.equal(
    encodeCall(0x6b033871, { program: 100000, version: 2, procedure: 3, args }).toString('hex'),
    `6b0338710000000000000002000186a00000000200000003${'00'.repeat(16)}000186b8000000010000001100000000`,
  );
});

t.test('the null procedure is number 0 without arguments', async (t) => {
  const { procedure, args, program, version } = nullProcedure(100003, 3);
  t.strictSame([program, version, procedure, args.length], [100003, 3, 0, 0]);
});

t.test('transaction ids are 32 bits and do not repeat themselves', async (t) => {
  const xids = randomXids();
  const seen = new Set(Array.from({ length: 3000 }, () => xids.next().value));
  t.ok(seen.size > 2990);
  t.ok([...seen, randomXid()].every((xid) => Number.isInteger(xid) && xid >= 0 && xid <= 0xffff_ffff));
});
